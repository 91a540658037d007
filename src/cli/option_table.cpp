#include "cli/option_table.hpp"

#include <algorithm>
#include <array>

namespace xget::cli {
namespace {

using Id = OptionId;
using Group = OptionGroup;

constexpr OptionRow by_default(std::string_view value, OptionRow row) {
  row.default_value = value;
  return row;
}

constexpr std::array<OptionRow, static_cast<std::size_t>(OptionId::Count)> kTable{{
    {Id::InputFile, Group::Files, 'i', "input-file", "FILE",
     "download what FILE lists; - is standard input. A line is a file's URL and, with TABs "
     "between, "
     "mirrors of it; indented lines below it are options: out=NAME, dir=, checksum=, header=, "
     "referer=, user-agent=. Or a line is a JSON object: {\"url\": ..., \"mirrors\": [...], "
     "\"out\": ...}. A Metalink is read as one"},
    {Id::SessionFile, Group::Files, 0, "session", "FILE",
     "keep what is still to be downloaded in FILE, whatever ends the command, and go on with what "
     "it lists already; it goes once all is done"},
    {Id::Output, Group::Files, 'o', "output", "FILE",
     "write to FILE; - is standard output. With several URLs: once for each, in order",
     Secrecy::None, Repeat::Replaces},
    {Id::Folder, Group::Files, 'd', "dir", "DIR", "put files into DIR, which is made if missing"},
    {Id::Resume, Group::Files, 'c', "resume", "",
     "go on from FILE.partial: the default; given explicitly, also from a shorter FILE that "
     "another program left, once samples of it agree"},
    {Id::NoResume, Group::Files, 0, "no-resume", "",
     "begin again: no partial file is gone on from, and an existing FILE is not taken for done "
     "(--overwrite replaces it)"},
    {Id::Overwrite, Group::Files, 0, "overwrite", "", "replace an existing file"},
    {Id::NoOverwrite, Group::Files, 0, "no-overwrite", "",
     "leave an existing file as it is and call that a success"},
    {Id::AutoRename, Group::Files, 0, "auto-rename", "",
     "when an existing file is not proven to be the wanted one, download to FILE.1.EXT, FILE.2.EXT "
     "and so on"},
    {Id::SkipExisting, Group::Files, 0, "skip-existing", "",
     "take a file for done, without a request, that xget finished from this URL and whose size and "
     "time have not changed since"},
    {Id::Timestamping, Group::Files, 'N', "timestamping", "",
     "replace an existing FILE only if the server's is another version: by the ETag or date that "
     "xget recorded, else by size and time. The old one stays until the new one is whole"},
    {Id::Etag, Group::Files, 0, "etag", "FILE",
     "fetch only if the server's version is another one than that whose ETag is in FILE, whether "
     "or not the output is there; then keep the new one's ETag in FILE. For one URL"},
    by_default(
        "off",
        {Id::Dedupe, Group::Files, 0, "dedupe", "off|link|reflink|copy",
         "fetch files of one checksum once, and make the others from the first: hard links (with "
         "its mode and time), copies that share its room on the disk, or copies (off)"}),
    by_default(
        "on", {Id::Mtime, Group::Files, 0, "mtime", "on|off",
               "give a finished file the time at which the server says it was last modified (on)"}),
    {Id::Mode, Group::Files, 0, "mode", "OCTAL",
     "give a finished file these permissions, like 640; default: as the umask has it"},
    by_default("restart", {Id::OnChange, Group::Files, 0, "on-change", "restart|fail",
                           "when the server has another version than the one begun: start that one "
                           "(default) or stop"}),
    {Id::Checksum, Group::Files, 0, "checksum", "ALGO:HEX",
     "what the file must be: md5, sha1, sha256, sha384, sha512, blake2b, xxh3 or crc32c; HEX alone "
     "is of the one that usually has so many digits. With several URLs: once for each, in order",
     Secrecy::None, Repeat::Replaces},
    {Id::ChecksumFile, Group::Files, 0, "checksum-file", "FILE|URL",
     "what the file must be, as a list says: SHA256SUMS and the like. It is looked up there by the "
     "URL's name, or else the output's",
     Secrecy::Url},
    {Id::Pieces, Group::Files, 0, "pieces", "FILE",
     "what each piece of the file must be, as FILE says: a .torrent or a Metalink. A wrong piece "
     "is fetched again at once"},
    {Id::Strict, Group::Files, 0, "strict", "",
     "refuse what neither a strong validator nor a checksum proves"},
    {Id::Metalink, Group::Files, 'M', "metalink", "FILE|URL",
     "download the files that a Metalink describes, under the names it gives (made safe) "
     "(repeatable). URLs and files that end in .meta4 or .metalink are taken for one without it, "
     "and what a server says is one",
     Secrecy::Url, Repeat::Replaces},
    {Id::NoMetalink, Group::Files, 0, "no-metalink", "",
     "download a Metalink itself, and leave alone the mirrors that a server names"},
    {Id::Location, Group::Files, 0, "location", "CC",
     "of the mirrors that a Metalink or a server names, take those in this country first: two "
     "letters, like de"},
    {Id::MaxFilesize, Group::Files, 0, "max-filesize", "SIZE", "refuse a larger file"},
    {Id::ContentDisposition, Group::Files, 0, "content-disposition", "",
     "let the server name the file (made safe, and nothing is replaced unasked); else the URL "
     "does"},
    {Id::FailFast, Group::Files, 0, "fail-fast", "",
     "stop all downloads once one has failed; without it the others go on"},

    {Id::Mirror, Group::Request, 'm', "mirror", "URL",
     "another URL of the same file (repeatable); it serves too once some of its bytes agree",
     Secrecy::Url, Repeat::Replaces},
    {Id::Header, Group::Request, 'H', "header", "LINE",
     "send \"Name: value\", to the URL's own origin alone (repeatable); "
     "@FILE reads lines from FILE (-: standard input) and keeps them out of the process list",
     Secrecy::Header, Repeat::Adds},
    {Id::UserAgent, Group::Request, 'A', "user-agent", "TEXT", "call yourself TEXT"},
    {Id::Referer, Group::Request, 'e', "referer", "URL", "send URL as the Referer", Secrecy::Url},
    {Id::User, Group::Request, 'u', "user", "USER[:PASSWORD]",
     "log in, at the URL's own origin alone; without a password it is asked for; "
     "@FILE reads USER:PASSWORD from FILE",
     Secrecy::User},
    {Id::UserCommand, Group::Request, 0, "user-command", "CMD",
     "log in with what CMD prints: USER:PASSWORD, in its first line; run without a shell, as "
     "--refresh-command"},
    {Id::Netrc, Group::Request, 0, "netrc", "",
     "log in as $NETRC or ~/.netrc says, each host on the way with its own entry alone"},
    {Id::NetrcFile, Group::Request, 0, "netrc-file", "FILE",
     "log in as FILE says, each host on the way with its own entry alone"},
    {Id::Cookies, Group::Request, 0, "cookies", "FILE",
     "send the cookies in FILE (Netscape's format), and those that servers set meanwhile"},
    {Id::CookieJar, Group::Request, 0, "cookie-jar", "FILE",
     "as --cookies, if FILE is there; at the end the cookies are written to it"},
    {Id::RefreshCommand, Group::Request, 0, "refresh-command", "CMD",
     "when the URL is refused (401, 403, 404, 410), run CMD, whose first line of output is a fresh "
     "URL, and go on from what is kept. No shell runs it: its words are parted by spaces, quotes "
     "and backslashes work as in one. XGET_URL is the URL in its environment, XGET_STATUS the "
     "status",
     Secrecy::Url},

    by_default("auto",
               {Id::Jobs, Group::Network, 'j', "jobs", "N|auto",
                "download N files at once; auto: many small ones, or a few that are large (auto)"}),
    by_default("auto", {Id::Connections, Group::Network, 'n', "connections", "N|auto",
                        "connections a file, 1 to 256; auto: as many as bring more (auto)"}),
    by_default("64", {Id::MaxConnectionsPerHost, Group::Network, 0, "max-connections-per-host", "N",
                      "with -n auto: at most N to one host over all downloads, of which each has "
                      "one at least; 1 to 256 (64)"}),
    by_default(
        "0",
        {Id::LimitRate, Group::Network, 0, "limit-rate", "RATE",
         "bytes a second over all: 500K, 2MiB; 0: no limit (0). 2M@08:00-18:00 holds at that time "
         "of the day; several with commas between, of which the first that holds counts"}),
    by_default("0", {Id::LimitRatePerHost, Group::Network, 0, "limit-rate-per-host", "RATE",
                     "bytes a second from each host; 0: no limit (0)"}),
    by_default("15s", {Id::ConnectTimeout, Group::Network, 0, "connect-timeout", "TIME",
                       "longest for name, connection and TLS of one attempt (15s)"}),
    by_default(
        "20s",
        {Id::StallTimeout, Group::Network, 0, "stall-timeout", "TIME",
         "replace a connection that sends nothing for so long (20s). A first answer may take that "
         "and --connect-timeout, and twice as long at each further attempt, up to 5m"}),
    {Id::Retry, Group::Network, 0, "retry", "N",
     "try again at most N times in a row; new bytes start the count again (15, but 3 while a "
     "name, a port or a proxy never answered, or nothing that came was an answer)"},
    by_default("1s", {Id::RetryWait, Group::Network, 0, "retry-wait", "TIME",
                      "the first wait before another try; it doubles, up to a minute (1s)"}),
    by_default("1h", {Id::GiveUpAfter, Group::Network, 0, "give-up-after", "TIME|inf",
                      "give up after so long without a new byte; inf: never (1h)"}),
    {Id::Proxy, Group::Network, 0, "proxy", "URL|none",
     "use this proxy (http, https, socks4, socks5, ...); none: connect directly. Default: from "
     "the environment",
     Secrecy::Url},
    by_default(
        "any",
        {Id::ProxyAuth, Group::Network, 0, "proxy-auth", "any|basic|digest|ntlm|negotiate",
         "how to log in at an HTTP proxy; any: as it asks for, by --proxy's user and password or "
         "else by Kerberos ticket; basic, ntlm and negotiate do not wait to be asked (any)"}),
    {Id::ConnectTo, Group::Network, 0, "connect-to", "HOST:PORT:TO:PORT",
     "connect to TO instead of HOST (repeatable)", Secrecy::None, Repeat::Adds},
    {Id::DnsServers, Group::Network, 0, "dns-servers", "IP[:PORT],...",
     "ask these name servers for the servers' addresses, not the system's (repeatable)",
     Secrecy::None, Repeat::Replaces},
    {Id::Ipv4, Group::Network, '4', "ipv4", "", "connect to IPv4 addresses alone"},
    {Id::Ipv6, Group::Network, '6', "ipv6", "", "connect to IPv6 addresses alone"},
    {Id::Interface, Group::Network, 0, "interface", "NAME|IP",
     "leave by this network interface, or from this address of this machine"},

    {Id::CaCert, Group::Trust, 0, "cacert", "FILE", "trust the authorities in FILE (PEM)"},
    {Id::Cert, Group::Trust, 0, "cert", "FILE", "this client's certificate (PEM)"},
    {Id::Key, Group::Trust, 0, "key", "FILE", "the private key of --cert (PEM)"},
    {Id::PinnedPublicKey, Group::Trust, 0, "pinnedpubkey", "FILE|KEY",
     "the server's public key: in FILE, or sha256//BASE64, several with semicolons between"},
    {Id::Insecure, Group::Trust, 0, "insecure", "", "check no certificates: anybody may answer"},
    {Id::AllowDowngrade, Group::Trust, 0, "allow-downgrade", "",
     "follow redirects from https to http"},

    {Id::EndpointUrl, Group::ObjectStores, 0, "endpoint-url", "URL",
     "where the store of s3:// and oss:// URLs is; else AWS_ENDPOINT_URL or OSS_ENDPOINT say, or "
     "it "
     "is Amazon's or Alibaba Cloud's own"},
    {Id::Region, Group::ObjectStores, 0, "region", "NAME",
     "sign for this region; else AWS_REGION or OSS_REGION say. Where the store says that a bucket "
     "is "
     "in another one, that one is asked"},
    {Id::Profile, Group::ObjectStores, 0, "profile", "NAME",
     "ask as this profile of ~/.aws says (AWS_PROFILE)"},
    {Id::CredentialsFile, Group::ObjectStores, 0, "credentials-file", "FILE",
     "the profiles are in FILE, which looks like ~/.aws/credentials"},
    {Id::CredentialsCommand, Group::ObjectStores, 0, "credentials-command", "CMD",
     "ask with the credentials that CMD prints, as an AWS profile's credential_process does"},
    {Id::NoSignRequest, Group::ObjectStores, 0, "no-sign-request", "",
     "ask for objects without credentials: those that anybody may read"},
    {Id::RequestPayer, Group::ObjectStores, 0, "request-payer", "",
     "pay for the requests, where a bucket's owner wants that"},
    {Id::VersionId, Group::ObjectStores, 0, "version-id", "ID",
     "this version of the object, and not the one that is there now. For one URL"},
    {Id::SseCKeyFile, Group::ObjectStores, 0, "sse-c-key-file", "FILE",
     "objects are encrypted by the store with the key in FILE, yours alone (SSE-C): 32 bytes, as "
     "they are or in hexadecimal or base64. It goes with each request, over TLS or to this machine "
     "alone. In a copy from store to store it is DST's"},
    by_default("auto",
               {Id::BucketStyle, Group::ObjectStores, 0, "bucket-style", "auto|path|host",
                "where the bucket's name stands: in the path (https://HOST/BUCKET/KEY), or in "
                "the host's name (https://BUCKET.HOST/KEY), where that works (auto)"}),
    by_default("full", {Id::Preallocate, Group::Disk, 0, "preallocate", "full|sparse|none",
                        "how room for the file is claimed (full)"}),
    by_default("auto", {Id::DirectIo, Group::Disk, 0, "direct-io", "auto|on|off",
                        "write past the page cache (auto: what is large beside the memory)"}),
    by_default("1s,64MiB",
               {Id::CheckpointInterval, Group::Disk, 0, "checkpoint-interval", "TIME,SIZE",
                "record what is safe after so long or so much; either alone will do (1s,64MiB)"}),
    {Id::CheckpointFolder, Group::Disk, 0, "checkpoint-dir", "DIR",
     "keep the record (.partial.json) in DIR, which is made if missing"},

    {Id::DryRun, Group::Messages, 0, "dry-run", "",
     "only say what would be done: the servers are asked and what stands there is looked at, and "
     "nothing is written, made or removed, nor any hook run. The exit code is the download's, as "
     "far as it is known by then"},
    {Id::Quiet, Group::Messages, 'q', "quiet", "", "print errors alone"},
    by_default("auto",
               {Id::Progress, Group::Messages, 0, "progress", "auto|bar|plain|none",
                "bar: a row a file, redrawn; plain: a line now and then, and always so where -v or "
                "the download itself goes to the same terminal; none: the results alone; auto: bar "
                "on a terminal unless NO_COLOR is set, else plain (auto)"}),
    {Id::Json, Group::Messages, 0, "json", "",
     "write what happens to standard output, a line of JSON for each event; the words stay on "
     "standard error"},
    {Id::JsonFd, Group::Messages, 0, "json-fd", "N",
     "the same to file descriptor N, which the shell has opened (3>FILE)"},
    {Id::Report, Group::Messages, 0, "report", "FILE",
     "write what became of each file to FILE, a JSON object a line; an older one is replaced"},
    {Id::FailedFile, Group::Messages, 0, "failed", "FILE",
     "list what failed in FILE, to be given to --input-file; an older one is replaced"},
    {Id::Verbose, Group::Messages, 'v', "verbose", "",
     "say what happens; -vv: responses and checkpoints; -vvv: every request", Secrecy::None,
     Repeat::Counts},
    {Id::LogFile, Group::Messages, 0, "log-file", "FILE",
     "append what happens to FILE, also without -v"},
    {Id::Trace, Group::Messages, 0, "trace", "FILE",
     "write a timeline of connections, ranges and decisions to FILE, for ui.perfetto.dev; an "
     "older one is replaced"},
    {Id::OnComplete, Group::Messages, 0, "on-complete", "CMD",
     "run CMD when a file is complete: no shell, XGET_FILE, XGET_URL and XGET_BYTES in its "
     "environment, more as JSON on its standard input. No download waits for it. What it prints is "
     "shown only if it fails",
     Secrecy::Url},
    {Id::OnError, Group::Messages, 0, "on-error", "CMD",
     "the same when a download has failed, with XGET_ERROR and XGET_MESSAGE", Secrecy::Url},
    {Id::Config, Group::Messages, 0, "config", "FILE",
     "read options from FILE, not from ~/.config/xget/config.toml"},
    {Id::NoConfig, Group::Messages, 0, "no-config", "", "read no configuration file"},
    {Id::Help, Group::Messages, 'h', "help", "", "list the options and end"},
    {Id::Version, Group::Messages, 0, "version", "", "print the version and end"},
}};

constexpr bool rows_are_in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].id) != i) return false;
  }
  return true;
}
static_assert(rows_are_in_order(), "row_of() takes an id for an index");

}  // namespace

const char* to_string(OptionGroup group) {
  switch (group) {
    case OptionGroup::Files: return "Files";
    case OptionGroup::Request: return "Request";
    case OptionGroup::Network: return "Network";
    case OptionGroup::Trust: return "Trust";
    case OptionGroup::ObjectStores: return "Object stores";
    case OptionGroup::Disk: return "Disk";
    case OptionGroup::Messages: return "Messages";
  }
  return "";
}

bool OptionRow::takes_number() const {
  constexpr std::array<std::string_view, 5> kNumbers{"N", "SIZE", "RATE", "TIME", "TIME,SIZE"};
  const std::string_view first = value_name.substr(0, value_name.find('|'));
  return std::find(kNumbers.begin(), kNumbers.end(), first) != kNumbers.end();
}

std::string OptionRow::shortest() const {
  return letter != 0 ? std::string{'-', letter} : longest();
}

std::string OptionRow::longest() const { return "--" + std::string(name); }

std::string OptionRow::variable() const {
  std::string text = "XGET_";
  for (const char c : name) {
    const bool small = c >= 'a' && c <= 'z';
    text += c == '-' ? '_' : static_cast<char>(small ? c - ('a' - 'A') : c);
  }
  return text;
}

std::span<const OptionRow> option_table() { return kTable; }

const OptionRow& row_of(OptionId id) { return kTable[static_cast<std::size_t>(id)]; }

const OptionRow* row_named(std::string_view name) {
  const auto* found = std::find_if(kTable.begin(), kTable.end(),
                                   [&](const OptionRow& row) { return row.name == name; });
  return found == kTable.end() ? nullptr : found;
}

}  // namespace xget::cli
