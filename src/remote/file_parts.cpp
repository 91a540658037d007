#include "remote/file_parts.hpp"

#include <atomic>
#include <utility>

#include "remote/file_part.hpp"

namespace xget::remote {

// Shared with the worker, which may still have it when nobody waits for it any more.
struct FileParts::Digesting {
  std::shared_ptr<core::File> file;
  ByteRange range;
  bool with_sha256 = false;
  std::optional<PartDigests> known;
  std::atomic<bool> stop = false;
  Result<PartDigests> digests{PartDigests{}};

  void run() { digests = known ? *known : digest_part(*file, range, with_sha256, stop); }
};

FileParts::FileParts(std::shared_ptr<core::File> file, bool with_sha256,
                     std::optional<PartDigests> known, core::Worker& worker)
    : file_(std::move(file)),
      with_sha256_(with_sha256),
      known_(std::move(known)),
      worker_(worker) {}

FileParts::~FileParts() {
  if (digesting_) digesting_->stop = true;
}

void FileParts::prepare(ByteRange range, Ready ready) {
  digesting_ = std::make_shared<Digesting>();
  digesting_->file = file_;
  digesting_->range = range;
  digesting_->with_sha256 = with_sha256_;
  digesting_->known = known_;
  worker_.submit([work = digesting_] { work->run(); },
                 [this, work = digesting_, ready = std::move(ready)] {
                   if (work->stop) return;
                   digesting_.reset();
                   if (!work->digests) return ready(fail(std::move(work->digests.error())));
                   ready(PartContent{.body = std::make_shared<FilePart>(work->file, work->range),
                                     .digests = *std::move(work->digests),
                                     .headers = {}});
                 });
}

}  // namespace xget::remote
