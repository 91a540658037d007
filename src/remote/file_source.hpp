// FileSource: a local file that becomes an object. Its SHA-256 is computed before it is sent, so
// that whoever has the object can prove it, however it was sent.
// Thread: loop.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "remote/upload_source.hpp"

namespace xget::remote {

struct FileSourceSettings {
  std::string folder;           // empty: the working folder
  std::string file;             // its name there
  std::string path;             // of both, for messages
  bool hashes_payload = false;  // as in PartTarget
};

class FileSource final : public UploadSource {
 public:
  // The ports outlive it.
  FileSource(FileSourceSettings settings, core::FileSystem& files, core::Worker& hashing);
  ~FileSource() override;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  void open(TellRetry tell_retry, Opened done) override;
  // Calls back later.
  void identify(const PartPlan& plan, Identified done) override;
  std::unique_ptr<PartSource> parts() override;
  bool changed() override;
  void look_again(LookedAgain done) override { done(!changed()); }
  void stop() override;
  [[nodiscard]] Proof proof() const override { return Proof::Digest; }

 private:
  struct Hashing;
  Result<SourceFacts> open_file();
  void on_digest(const std::shared_ptr<Hashing>& work, const Identified& done);

  const FileSourceSettings settings_;
  core::FileSystem& files_;
  core::Worker& hashing_worker_;
  std::shared_ptr<core::File> file_;
  core::FileInfo info_;
  std::optional<PartDigests> whole_;  // where it is one part
  std::shared_ptr<Hashing> hashing_;  // null: nothing is hashed
};

}  // namespace xget::remote
