// Whether a word that stands where a URL should can be one. A URL may lack its scheme, so a
// mistyped file name would be looked up as a host.
// Thread: any.
#pragma once

#include <string>

#include "xget/error.hpp"

namespace xget::cli {

// Looks at the disk for the file that the word may mean. `named`: the user says what the download
// is to be called, so that a host alone will do. Fails with Usage where the word is a file's name.
Result<void> check_url_word(const std::string& word, bool named);

// Of a store's URL: "s3://bucket" and "s3://bucket/" are the bucket itself.
bool names_bucket(const std::string& url);

}  // namespace xget::cli
