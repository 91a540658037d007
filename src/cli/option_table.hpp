// Every option of the download command, once: the parser, the help, the suggestions for mistyped
// options and the command that goes on all read it here.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace xget::cli {

enum class OptionId {
  InputFile,
  SessionFile,
  Output,
  Folder,
  Resume,
  NoResume,
  Overwrite,
  NoOverwrite,
  AutoRename,
  SkipExisting,
  Timestamping,
  Etag,
  Dedupe,
  Mtime,
  Mode,
  OnChange,
  Checksum,
  ChecksumFile,
  Pieces,
  Strict,
  Metalink,
  NoMetalink,
  Location,
  MaxFilesize,
  ContentDisposition,
  FailFast,
  Mirror,
  Header,
  UserAgent,
  Referer,
  User,
  UserCommand,
  Netrc,
  NetrcFile,
  Cookies,
  CookieJar,
  RefreshCommand,
  Jobs,
  Connections,
  MaxConnectionsPerHost,
  LimitRate,
  LimitRatePerHost,
  ConnectTimeout,
  StallTimeout,
  Retry,
  RetryWait,
  GiveUpAfter,
  Proxy,
  ProxyAuth,
  ConnectTo,
  DnsServers,
  Ipv4,
  Ipv6,
  Interface,
  CaCert,
  Cert,
  Key,
  PinnedPublicKey,
  Insecure,
  AllowDowngrade,
  EndpointUrl,
  Region,
  Profile,
  CredentialsFile,
  CredentialsCommand,
  NoSignRequest,
  RequestPayer,
  VersionId,
  SseCKeyFile,
  BucketStyle,
  Preallocate,
  DirectIo,
  CheckpointInterval,
  CheckpointFolder,
  DryRun,
  Quiet,
  Progress,
  Json,
  JsonFd,
  Report,
  FailedFile,
  Verbose,
  LogFile,
  Trace,
  OnComplete,
  OnError,
  Config,
  NoConfig,
  Help,
  Version,
  Count
};

enum class OptionGroup { Files, Request, Network, Trust, ObjectStores, Disk, Messages };
const char* to_string(OptionGroup group);  // its heading in the help

// What of a value must never be printed.
enum class Secrecy {
  None,
  Url,     // user info and signatures in it
  Header,  // all after the name
  User,    // all after the colon
};

// What giving an option again means. What is given at all replaces what the configuration file has;
// what the command line has replaces the environment's.
enum class Repeat {
  LastCounts,
  Counts,    // a flag whose number counts
  Replaces,  // all count, those of one place
  Adds,      // all count, those of every place
};

struct OptionRow {
  OptionId id;
  OptionGroup group;
  char letter;            // 0: none
  std::string_view name;  // without the dashes
  // Empty: a flag. Alternatives are parted by "|": capitals stand for something, small letters are
  // the word itself. Shells complete by it: FILE, DIR, CMD (a program) and such words.
  std::string_view value_name;
  std::string_view help;  // one paragraph, the first letter small
  Secrecy secrecy = Secrecy::None;
  Repeat repeat = Repeat::LastCounts;
  // What giving it changes nothing of; in the help it stands in parentheses, or is called the
  // default there. Empty: no value says the same as none.
  std::string_view default_value;

  [[nodiscard]] bool takes_value() const { return !value_name.empty(); }
  // A value that is, or may be, a whole number, with a unit or without: N, SIZE, RATE, TIME.
  [[nodiscard]] bool takes_number() const;
  // A file or a folder, and nothing else.
  [[nodiscard]] bool takes_path() const { return value_name == "FILE" || value_name == "DIR"; }
  // "-o" if there is a letter, else "--output".
  [[nodiscard]] std::string shortest() const;
  // "--output"
  [[nodiscard]] std::string longest() const;
  // "XGET_OUTPUT", in the environment
  [[nodiscard]] std::string variable() const;
};

// In the order of the help.
std::span<const OptionRow> option_table();
const OptionRow& row_of(OptionId id);
// By its long name without the dashes; nullptr if there is none.
const OptionRow* row_named(std::string_view name);

}  // namespace xget::cli
