#include "api/document_settings.hpp"

#include <utility>

#include "api/job_request.hpp"

namespace xget::api {

engine::DocumentSettings document_settings(std::string kind, std::size_t most_bytes,
                                           const Options& options) {
  return {.kind = std::move(kind),
          .most_bytes = most_bytes,
          .retry = retry_limits(options),
          .stall_timeout = options.stall_timeout,
          .connect_timeout = options.connect_timeout};
}

}  // namespace xget::api
