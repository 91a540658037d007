// Where an object of a prefix is on disk, and which key a file below a folder gets.
//
// The path is the rest of the key, byte for byte, and the key is the prefix and the path: so two
// keys never have one path (nor two files one key), and what is fetched and sent again is where it
// was. What cannot be both is refused by name, never changed. Bytes that Linux and the stores both
// keep are kept: spaces, backslashes, control characters but NUL; who shows a name makes it
// printable. On a file system that ignores case two paths may still be one file, and of "a" and
// "a/b" only one fits on any disk: the second then fails as the disk says. Thread: any; pure.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace xget::remote {

// Why a key has no path, or a path no key.
enum class PathFault {
  Folder,        // it ends in "/", or is empty: a folder's marker, for which there is no file
  Absolute,      // it begins with "/"
  EmptySegment,  // "a//b" would be the path of "a/b"
  Dot,           // a segment "." or "..": it would be another path, or outside of the folder
  Nul,           // no path holds it
  LongSegment,   // of more than 255 bytes, which file systems take
  OwnName,       // what xget keeps beside an unfinished file (base/partial_names.hpp) is called so
  NotUtf8,       // no key of S3 or OSS; of paths alone
  LongKey        // of more than kLongestKey bytes (object_url.hpp), prefix included; of paths alone
};

// "it has a segment \"..\" or \".\"": after a name and a colon, without a full stop.
const char* to_string(PathFault fault);

// `rest` is the key without the prefix that was asked for. The path is relative to the target
// folder and stays within it as far as names go; that no link leads out is for whoever opens it to
// see.
tl::expected<std::string, PathFault> path_of_key(std::string_view rest);

// `path` is relative to the source folder, its segments parted by one "/" each.
tl::expected<std::string, PathFault> key_of_path(std::string_view prefix, std::string_view path);

}  // namespace xget::remote
