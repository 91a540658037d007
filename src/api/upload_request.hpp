// UploadRequest: an UploadSpec that was checked, ready to become a task on the loop thread.
#pragma once

#include <memory>
#include <variant>

#include "api/job_request.hpp"
#include "api/object_stores.hpp"
#include "remote/file_source.hpp"
#include "remote/object_source.hpp"
#include "remote/upload_task.hpp"
#include "xget/error.hpp"
#include "xget/event.hpp"
#include "xget/options.hpp"
#include "xget/upload.hpp"

namespace xget::api {

// What is copied from elsewhere.
struct WebCopy {
  SourceRequest from;
  remote::RelaySettings relay;
  std::string default_type;  // its media type, where its server says none
};

// Another object that is copied, in its store or by its bytes.
struct ObjectCopy {
  remote::ObjectSourceSettings settings;
  WebCopy bytes;
};

struct UploadRequest {
  remote::UploadSettings settings;
  ObjectRequest object;
  std::variant<remote::FileSourceSettings, ObjectCopy, WebCopy> source;
};

// Makes the folder for checkpoints. Fails with Usage, or Disk.
Result<UploadRequest> prepare_upload(const UploadSpec& spec, const Options& options,
                                     ObjectStores& stores, core::FileSystem& files,
                                     std::shared_ptr<const formats::Netrc> netrc = nullptr);

struct UploadSourcePorts {
  SourcePorts source;
  remote::StoreClient& client;
  core::FileSystem& files;
  remote::RelayPorts relay;
};

// Thread: loop. The ports must outlive what it makes.
std::unique_ptr<remote::UploadSource> make_source(const UploadRequest& request,
                                                  UploadSourcePorts ports);

// What it would do.
Planned plan_of(const UploadRequest& request);

}  // namespace xget::api
