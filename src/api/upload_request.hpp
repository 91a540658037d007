// UploadRequest: an UploadSpec that was checked, ready to become a task on the loop thread.
#pragma once

#include "api/object_stores.hpp"
#include "remote/upload_task.hpp"
#include "xget/error.hpp"
#include "xget/event.hpp"
#include "xget/options.hpp"
#include "xget/upload.hpp"

namespace xget::api {

struct UploadRequest {
  remote::UploadSettings settings;
  ObjectRequest object;
};

// Makes the folder for checkpoints. Fails with Usage, or Disk.
Result<UploadRequest> prepare_upload(const UploadSpec& spec, const Options& options,
                                     ObjectStores& stores, core::FileSystem& files);

// What it would do.
Planned plan_of(const UploadRequest& request);

}  // namespace xget::api
