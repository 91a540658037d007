// A configuration file's sections for hosts, as the library takes them.
#pragma once

#include <vector>

#include "cli/given.hpp"
#include "cli/secret_input.hpp"
#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget::cli {

// Files with secrets are read; a user-command is run only where a job's URL, mirror or list of
// checksums is at such a host, so that nobody is asked for a password that is not used. `jobs`:
// nullptr where they are not known beforehand, so that any host may be wanted. Fails with Usage;
// the subject is the place.
Result<std::vector<HostOptions>> read_hosts(const Given& given, const std::vector<JobSpec>* jobs,
                                            const SecretInput& input);

// The same of what can be told without a secret.
Result<void> check_hosts(const Given& given);

}  // namespace xget::cli
