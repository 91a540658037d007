// Where on this machine requests leave: a network interface, or an address of one.
// Thread: any.
#pragma once

#include <string>
#include <tl/expected.hpp>

namespace xget::net {

// Whether there is such an interface or address now; it may come and go later. Fails with
// what there is not.
tl::expected<void, std::string> check_interface(const std::string& interface);

// What CURLOPT_INTERFACE takes for it.
std::string curl_interface(const std::string& interface);

}  // namespace xget::net
