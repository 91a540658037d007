#include "remote/file_source.hpp"

#include <atomic>
#include <utility>

#include "base/encoding.hpp"
#include "remote/file_parts.hpp"

namespace xget::remote {

// Shared with the worker, which may still read when nobody waits for it any more.
struct FileSource::Hashing {
  std::shared_ptr<core::File> file;
  std::uint64_t size = 0;
  bool at_once = false;  // the file is one part, whose MD5 is wanted, too
  std::atomic<bool> stop = false;
  Result<PartDigests> digests{PartDigests{}};

  void run() {
    if (at_once) {
      digests = digest_part(*file, {0, size}, true, stop);
    } else if (auto sha256 = sha256_of_file(*file, size, stop)) {
      digests->sha256 = *sha256;
    } else {
      digests = fail(std::move(sha256.error()));
    }
  }
};

FileSource::FileSource(FileSourceSettings settings, core::FileSystem& files, core::Worker& hashing)
    : settings_(std::move(settings)), files_(files), hashing_worker_(hashing) {}

FileSource::~FileSource() { stop(); }

void FileSource::stop() {
  if (hashing_) hashing_->stop = true;
  hashing_.reset();
}

void FileSource::open(TellRetry, Opened done) { done(open_file()); }

Result<SourceFacts> FileSource::open_file() {
  auto folder = files_.open_folder(settings_.folder);
  if (!folder) return fail(std::move(folder.error()));
  auto file = (*folder)->open(settings_.file, core::Access::Read);
  if (!file) return fail(std::move(file.error()));
  auto info = (*file)->info();
  if (!info) return fail(std::move(info.error()));
  if (!info->regular) {
    return fail({.code = ErrorCode::Usage,
                 .operation = "upload",
                 .subject = settings_.path,
                 .cause = "it is no regular file"});
  }
  file_ = *std::move(file);
  info_ = *info;
  whole_.reset();
  return SourceFacts{.size = info_.size, .in_store = false, .headers = {}};
}

bool FileSource::changed() {
  if (!file_) return false;
  const auto now = file_->info();
  return !now || now->size != info_.size || now->mtime_ns != info_.mtime_ns;
}

void FileSource::identify(const PartPlan& plan, Identified done) {
  hashing_ = std::make_shared<Hashing>();
  hashing_->file = file_;
  hashing_->size = info_.size;
  hashing_->at_once = plan.count() == 1;
  hashing_worker_.submit([work = hashing_] { work->run(); },
                         [this, work = hashing_, done = std::move(done)] {
                           if (!work->stop) on_digest(work, done);
                         });
}

void FileSource::on_digest(const std::shared_ptr<Hashing>& work, const Identified& done) {
  hashing_.reset();
  if (!work->digests) return done(fail(std::move(work->digests.error())));
  if (work->at_once) whole_ = *work->digests;
  done(SourceVersion{.sha256 = to_hex(work->digests->sha256), .tag = ""});
}

std::unique_ptr<PartSource> FileSource::parts() {
  return std::make_unique<FileParts>(file_, settings_.hashes_payload, whole_, hashing_worker_);
}

}  // namespace xget::remote
