// The files that hold logins, cookies and keys: read once, before any request, so that a run knows
// what it has and nothing reads them in the middle of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/netrc.hpp"
#include "remote/customer_key.hpp"
#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget::api {

struct CredentialFiles {
  std::shared_ptr<const formats::Netrc> netrc;      // null: none was asked for
  std::optional<std::vector<std::string>> cookies;  // nullopt: none are kept or sent
};

// What netrc, netrc_file, cookies and cookie_jar name. A netrc that others can read or write is
// refused, as ftp(1), Python's netrc and ssh (for keys) do: its passwords are known to others, or
// were put there by them. A cookie jar that is not there yet is empty; of one cookie in both files
// that of `cookies` counts. Fails with Usage; Error::subject is the option as the command calls it,
// and nothing that the files hold is told.
Result<CredentialFiles> read_credential_files(const Options& options);

// Fails with Usage, on behalf of `option`, where it is open to others, too, or holds no such key.
Result<remote::CustomerKey> read_customer_key(const char* option, const std::string& path);

}  // namespace xget::api
