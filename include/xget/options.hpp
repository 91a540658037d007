// What a caller may ask for. Plain values: parsed once at the edge, then only read.
// All sizes are bytes, all rates bytes per second. Every default is the command's default.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace xget {

using Milliseconds = std::chrono::milliseconds;

// No time may be longer: sums of some still fit into what counts nanoseconds.
inline constexpr Milliseconds kLongestTime = std::chrono::hours(24 * 3650);

enum class OnChange { Restart, Fail };          // the resource is another version than before
enum class Preallocate { Full, Sparse, None };  // how room for the file is claimed
// Whether a file is written past the page cache, where that is possible and nothing is to be read
// back meanwhile (for a checksum or published pieces).
enum class DirectIo {
  Auto,  // a file that is large beside the memory, on a disk that does not seek
  On,
  Off,
};
// What to do with a whole target that is not proven to be the wanted file.
enum class Existing {
  Refuse,
  Overwrite,
  Keep,    // whatever it is
  Update,  // it is replaced if the server's is another one, and stays until that one is whole
  Rename,  // download to NAME.1.EXT, .2 and so on: the first that nothing else stands under
};
// What becomes of a file whose bytes another file of the session has already, as digests say that
// were given beforehand.
enum class Dedupe {
  Off,   // it is fetched
  Link,  // a hard link, which has one mode and one time with the other; a copy where it cannot be
  Reflink,  // a copy that shares its room on the disk until one is changed; else a plain copy
  Copy,
};
enum class AddressFamily { Any, IPv4, IPv6 };
// How to log in at an HTTP proxy that asks for it (407).
enum class ProxyAuth {
  // As the proxy asks: the login in its URL answers Digest, NTLM or Basic, the best of what is
  // offered; without one the user's Kerberos ticket answers Negotiate. Nothing is sent unasked.
  Any,
  Basic,  // sent at once, asked or not
  Digest,
  Ntlm,
  Negotiate,
};
// Whether a resource is read as a Metalink (version 4, RFC 5854, or 3), which stands for the files
// that it describes.
enum class MetalinkUse {
  Detect,  // where its name ends in .meta4 or .metalink, or the server says so by its type
  Always,
  Never,  // it is a file like any other
};
enum class Resume {
  Default,  // from a partial file of xget's
  Adopt,    // also from what other tools left behind
  Never,    // nothing that is there counts
};

// A checkpoint is taken when either bound is reached; zero means "not by this one".
struct CheckpointInterval {
  Milliseconds time{1000};
  std::uint64_t bytes = 64ULL << 20;

  bool operator==(const CheckpointInterval&) const = default;
};

// A rate limit for a part of each day, in minutes since midnight of the machine's local time. One
// that ends before it begins lasts through midnight.
struct RateWindow {
  int begin = 0;           // 0 to 1439
  int end = 0;             // 0 to 1440, another than `begin`
  std::uint64_t rate = 0;  // bytes per second; 0: no limit

  bool operator==(const RateWindow&) const = default;
};

inline constexpr int kMostConnections = 256;  // of one job, to all its mirrors; of all to one host
inline constexpr int kMostActiveJobs = 64;
inline constexpr int kMostMultiplexedJobs = 128;    // small ones that share HTTP/2 connections
inline constexpr int kMostFinishingJobs = 256;      // besides: they only wait for the disk
inline constexpr int kMostSharedConnections = 256;  // of jobs whose number of connections is open

// What is another one for requests to certain hosts, whatever leads there: a URL, a redirect, a
// mirror. It goes to no other host. Headers and login go there beside a job's own (of which those
// of one name go first), but not over plain http in a job whose URL is https.
struct HostOptions {
  // "example.org", or "*.example.org" for all that is below it; with ":8080" behind at that port,
  // else at the scheme's own. Of several that hold, the one that says more of the name goes first,
  // and leaves to the others what it does not say.
  std::string host;
  std::vector<std::string> headers;
  std::string user_password;  // empty: no other login
  std::string user_agent;     // empty: no other one
  std::string proxy;          // likewise
  std::optional<ProxyAuth> proxy_auth;
  std::optional<bool> netrc;
  std::optional<std::uint64_t> limit_rate_per_host;  // at all ports
  std::optional<int> max_connections_per_host;       // likewise

  bool operator==(const HostOptions&) const = default;
};

// Where the bucket's name stands in the URLs of its objects.
enum class BucketStyle {
  Auto,  // in the host's name where that works
  Path,  // https://HOST/BUCKET/KEY
  Host,  // https://BUCKET.HOST/KEY
};

// Copies have two sides, which may be two accounts, or two stores.
enum class StoreSide { Source, Destination };

// What is empty is as for both sides.
struct StoreSideOptions {
  std::string endpoint_url;
  std::string profile;  // goes before credentials_command and anonymous, too
  // A file with the key that the objects are encrypted with (SSE-C), or are to be: 32 bytes, as
  // they are or in hexadecimal or base64; closed to other users. For S3 alone, and it goes over TLS
  // or to this machine alone. Empty: none.
  std::string customer_key_file;

  bool operator==(const StoreSideOptions&) const = default;
};

// How objects are asked for (s3://BUCKET/KEY, oss://BUCKET/KEY). What is empty comes from where the
// stores' own tools have it: the environment (AWS_…, OSS_…) and the profiles in ~/.aws.
struct ObjectStoreOptions {
  std::string endpoint_url;      // of the store; http or https
  std::string region;            // found by the store's answer where it is another one
  std::string profile;           // of credentials_file, or of ~/.aws
  std::string credentials_file;  // with profiles, as ~/.aws/credentials; empty: that one
  // A program and its arguments, which prints credentials as an AWS profile's credential_process
  // does. Empty: none.
  std::vector<std::string> credentials_command;
  bool anonymous = false;  // nothing is signed
  bool requester_pays = false;
  BucketStyle bucket_style = BucketStyle::Auto;
  StoreSideOptions source;  // whatever is read, by copies and by others
  StoreSideOptions destination;

  bool operator==(const ObjectStoreOptions&) const = default;
};

// Shared by all jobs of a Session.
struct Options {
  // Per job, 1 to kMostConnections; nullopt: as many as bring more.
  std::optional<int> connections;
  // Where that is left open, over all jobs: each has one at least; 1 to kMostConnections.
  int max_connections_per_host = 64;
  // Further jobs wait their turn; 1 to 64. nullopt: many that are small at once, and few large
  // ones.
  std::optional<int> max_active_jobs;
  std::uint64_t limit_rate = 0;         // bytes per second over all jobs; 0: no limit
  Milliseconds connect_timeout{15000};  // name, TCP and TLS of one attempt
  Milliseconds stall_timeout{20000};    // no byte for so long: the connection is replaced
  // The first that holds at the time goes before limit_rate. At most 48.
  std::vector<RateWindow> limit_rate_windows;
  std::uint64_t limit_rate_per_host = 0;  // bytes per second of each host's answers; 0: no limit
  // Failures in a row without a new byte. nullopt: 15, but 3 while nothing has ever answered.
  std::optional<int> retry;
  Milliseconds retry_wait{1000};  // first wait; doubles, jittered, up to a minute
  std::optional<Milliseconds> give_up_after{3600000};  // without a new byte; nullopt: never
  CheckpointInterval checkpoint_interval;
  std::string user_agent;  // empty: "xget/VERSION"
  // [SCHEME://][USER:PASSWORD@]HOST[:PORT]; empty: from the environment; "none": no proxy
  std::string proxy;
  ProxyAuth proxy_auth = ProxyAuth::Any;
  std::vector<std::string> connect_to;  // HOST:PORT:TO_HOST:TO_PORT, as curl's
  // IP or IP:PORT each ([IPv6]:PORT), asked instead of the system's name servers; a hosts file
  // still counts. A proxy's name and those in connect_to are looked up as the system does, whatever
  // is here.
  std::vector<std::string> dns_servers;
  AddressFamily address_family = AddressFamily::Any;  // no other one is connected to
  // What requests leave by: a network interface's name, or an address of this machine, which
  // allows its own family alone. Empty: the system's choice. Questions to name servers are sent as
  // the system likes.
  std::string interface;
  std::string cacert;             // PEM file; empty: the system's
  std::string cert;               // client certificate, PEM
  std::string key;                // its key, PEM
  std::string pinned_public_key;  // file, or sha256//BASE64[;...]
  bool insecure = false;          // no certificate checks
  bool allow_downgrade = false;   // follow redirects from https to http
  bool netrc = false;             // log in as $NETRC, or else ~/.netrc, says
  std::string netrc_file;         // log in as this file says
  std::string cookies;            // file of cookies to send, in Netscape's format
  // Likewise, if it is there. Session::save_cookies writes it. Without it and `cookies` none are
  // kept or sent.
  std::string cookie_jar;
  // What the scheduler decides and when, in Chrome's trace event format, for Perfetto and the like:
  // a file that is replaced. Session::end_trace writes the rest of it. Empty: none.
  std::string trace_file;
  // Folder, made if missing, for what is known of finished files whose file system has no extended
  // attributes; at most some 4 MiB. Several processes may share it. Empty: nothing is kept.
  std::string state_folder;
  std::vector<HostOptions> hosts;
  ObjectStoreOptions object_store;

  // A process needs open files for each of these, and for those that only wait for the disk.
  [[nodiscard]] int most_active_jobs() const {
    return max_active_jobs.value_or(kMostMultiplexedJobs);
  }
  // Over all jobs. Where the numbers are left open they share what one host and one machine bear.
  [[nodiscard]] int most_connections() const {
    return connections ? *connections * max_active_jobs.value_or(kMostActiveJobs)
                       : kMostSharedConnections;
  }

  bool operator==(const Options&) const = default;
};

// One resource and where it goes.
struct JobSpec {
  std::string url;  // without a scheme: https; or the path of a local Metalink
  // Of an object of a store: this version of it; empty: the one that is there now.
  std::string version_id;
  // Further URLs of the same resource. What is sent to the origin of `url` alone is not sent to
  // others. One serves where some of its bytes agree with what is there by then.
  std::vector<std::string> mirrors;
  std::string output;                // path; "-": standard output; empty: from the URL
  std::string folder;                // where a name from the URL, or a relative output, goes
  std::vector<std::string> headers;  // "Name: value", sent to the URL's own origin alone
  std::string user_password;         // "user:password", likewise
  std::string referer;
  std::string user_agent;  // instead of the session's
  // A program and its arguments, run without a shell when `url` is refused with 401, 403, 404 or
  // 410: it may have expired. The program prints a fresh URL as its first line; in its environment
  // XGET_URL is `url` and XGET_STATUS the status. It has a minute, and is asked at most three times
  // in a row without a new byte. What was given for the origin of `url` does not go to another one.
  // Empty: none.
  std::vector<std::string> refresh_command;
  bool content_disposition = false;  // the server may name the file; not with an output
  std::string checksum;              // "sha256:HEX" and the like; empty: none
  // File with the digests of the file's pieces, each checked as soon as it is there: a torrent of
  // version 1 or a Metalink. Where it describes several files, the one of the URL's name or the
  // output's is meant. Not to standard output. Empty: none.
  std::string pieces;
  // List of checksums (SHA256SUMS and the like, BSD's too) that names the file as the URL or the
  // output does; not with a checksum. A file's path, or a URL, which is fetched before the file;
  // what was given for the origin of `url` is sent there alone. Empty: none.
  std::string checksum_file;
  std::string checkpoint_folder;  // where the sidecar goes; empty: beside the file
  Existing existing = Existing::Refuse;
  Resume resume = Resume::Default;
  OnChange on_change = OnChange::Restart;
  // Of the finished file: permission bits alone, at most 0777; nullopt: 0666 less the umask. A file
  // system that cannot set it fails the job, which keeps what it has.
  std::optional<std::uint32_t> mode;
  // A file that xget finished from this URL, and whose size and time are still what they were then,
  // is complete: nobody is asked. A checksum is compared all the same. Not where the URL has a
  // secret in it, which may tell files apart.
  bool skip_existing = false;
  // File with the ETag of the version that was fetched last: nothing is fetched while the server
  // has that one, whether or not a file is there. Once another one is, its ETag is written there,
  // on the session's own thread; where it has none, the file is emptied, and where it cannot be
  // written, a Note says so. Not there yet, or empty: as if there were none. An older output is
  // replaced. All URLs of the job are asked by that ETag, mirrors, too. Not with what names the
  // bytes (checksum, checksum_file, pieces), with skip_existing or content_disposition, nor for a
  // Metalink. Empty: none.
  std::string etag_file;
  // Files with the same digest, of one kind and at least 128 bits (`checksum`, `checksum_file`, a
  // Metalink's), are fetched once: the others wait for the first, without a connection, and are
  // made from it. Should it fail, the next one is fetched. What stands at a target already is
  // treated as ever; standard output takes no part, and an empty file is always fetched.
  Dedupe dedupe = Dedupe::Off;
  bool server_time = true;  // its time is the server's Last-Modified, where there is one
  Preallocate preallocate = Preallocate::Full;
  DirectIo direct_io = DirectIo::Auto;
  std::optional<std::uint64_t> max_filesize;
  bool strict = false;                // refuse what no strong validator or digest proves
  std::optional<std::uint64_t> size;  // bytes; a server that has another size is refused
  // With Always, a URL is what has a scheme. A local Metalink is detected if it is there. What a
  // Metalink leads to is none. Its files are put into `folder` under the names that it gives, made
  // safe; `output`, and a `checksum` that goes before its own, are for one that describes one file.
  // What was given for the origin of `url` is not sent to the others that it names.
  MetalinkUse metalink = MetalinkUse::Detect;
  // Of the mirrors that the server of `url` names (RFC 6249), in its answer or in a Metalink that
  // describes the file, those are used whose bytes a digest judges. Not those of a Metalink's
  // files.
  bool server_mirrors = true;
  // "de": of the mirrors that a Metalink or a server names, those there go first; ISO 3166-1.
  std::string location;
  // Only to say what it would do: what stands there is looked at and the servers are asked, as for
  // the download, and nothing is written, made, renamed or locked. It ends as Planned or Failed.
  bool dry_run = false;
  // "LIST:LINE", where an entry of a list begins: for messages about what the entry says alone.
  std::string listed_at;

  bool operator==(const JobSpec&) const = default;
};

}  // namespace xget
