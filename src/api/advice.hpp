// What helps against a failure where that depends on what was asked for, which the job that failed
// does not know.
// Thread: any; pure.
#pragma once

#include "xget/error.hpp"

namespace xget::api {

struct AskedWith {
  bool scheme = true;        // the URL named its own
  bool plain = false;        // it is http
  bool credentials = false;  // some were given for the URL's origin
  bool object = false;       // of a store
};

// Rewords the remedy where `asked` makes another one true.
void advise(const AskedWith& asked, Error& error);

}  // namespace xget::api
