// UploadRequest: an UploadSpec that was checked, ready to become a task on the loop thread.
#pragma once

#include <memory>
#include <variant>

#include "api/object_stores.hpp"
#include "remote/file_source.hpp"
#include "remote/object_source.hpp"
#include "remote/upload_task.hpp"
#include "xget/error.hpp"
#include "xget/event.hpp"
#include "xget/options.hpp"
#include "xget/upload.hpp"

namespace xget::api {

// Another object that is copied.
struct CopiedObject {
  remote::ObjectSourceSettings settings;
  ObjectRequest object;
};

struct UploadRequest {
  remote::UploadSettings settings;
  ObjectRequest object;
  std::variant<remote::FileSourceSettings, CopiedObject> source;
};

// Makes the folder for checkpoints. Fails with Usage, or Disk.
Result<UploadRequest> prepare_upload(const UploadSpec& spec, const Options& options,
                                     ObjectStores& stores, core::FileSystem& files);

struct UploadSourcePorts {
  ObjectStores& stores;
  remote::StoreClient& client;
  core::FileSystem& files;
  core::Worker& hashing;
};

// Thread: loop. The ports must outlive what it makes.
std::unique_ptr<remote::UploadSource> make_source(const UploadRequest& request,
                                                  UploadSourcePorts ports);

// What it would do.
Planned plan_of(const UploadRequest& request);

}  // namespace xget::api
