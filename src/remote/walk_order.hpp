// The order in which a folder's entries are walked so that the files come in the order of their
// paths' bytes, which is the order in which stores list keys: a folder stands where its name with
// "/" does. "a-b" comes before "a/x", which comes before "a0", though "a" is before "a-b". Thread:
// any; pure.
#pragma once

#include <string>

namespace xget::remote {

struct FolderEntry {
  std::string name;
  bool is_folder = false;
};

// A strict order over the entries of one folder.
bool walks_before(const FolderEntry& a, const FolderEntry& b);

}  // namespace xget::remote
