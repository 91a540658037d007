// Every option of the download command, once: the parser, the help, the suggestions for mistyped
// options and the command that goes on all read it here.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace xget::cli {

enum class OptionId {
  Output,
  Folder,
  Resume,
  NoResume,
  Overwrite,
  NoOverwrite,
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
  Mirror,
  Header,
  UserAgent,
  Referer,
  User,
  Netrc,
  NetrcFile,
  Cookies,
  CookieJar,
  RefreshCommand,
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
  Preallocate,
  DirectIo,
  CheckpointInterval,
  CheckpointFolder,
  Quiet,
  Verbose,
  LogFile,
  Trace,
  Help,
  Version,
  Count
};

enum class OptionGroup { Files, Request, Network, Trust, Disk, Messages };
const char* to_string(OptionGroup group);  // its heading in the help

// What of a value must never be printed.
enum class Secrecy {
  None,
  Url,     // user info and signatures in it
  Header,  // all after the name
  User,    // all after the colon
};

struct OptionRow {
  OptionId id;
  OptionGroup group;
  char letter;                  // 0: none
  std::string_view name;        // without the dashes
  std::string_view value_name;  // empty: a flag
  std::string_view help;        // one paragraph, the first letter small
  Secrecy secrecy = Secrecy::None;

  [[nodiscard]] bool takes_value() const { return !value_name.empty(); }
  // "-o" if there is a letter, else "--output".
  [[nodiscard]] std::string shortest() const;
  // "--output"
  [[nodiscard]] std::string longest() const;
};

// In the order of the help.
std::span<const OptionRow> option_table();
const OptionRow& row_of(OptionId id);

}  // namespace xget::cli
