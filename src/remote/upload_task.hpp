// UploadTask: one source (a local file, an object, a resource of the web) to one object.
//
//   open → identify → find → begin → record → ( send ⇄ checkpoint ) → complete ⇄ confirm → finish
//                     of one part: → put → finish
//
// identify: of a file, its SHA-256, which goes into the object's metadata, so that whoever has the
//   object can prove it, however it was sent.
// find: what an earlier run left in the store, by the checkpoint. Parts count that the store lists
//   by the recorded ETags, if the source still is the recorded version; else that upload is
//   aborted, though what is there now may be small. Parts that came after the last checkpoint count
//   where their ETags are the MD5s of the same bytes.
// begin, record: that an upload is asked for is on record before, and its id before the first part:
//   one that was begun while nobody heard of it has no parts, and is aborted in the end, when the
//   store has surely begun it (abandoned_uploads.hpp).
// complete: nobody knows what became of it where its answer is lost, or is an error within a 200.
//   confirm: the object is looked at then, for the token that this upload has in its metadata.
// Where the source is in the store already that one copies it; if it refuses, the bytes are sent.
// A source that changes while it is read begins again, or ends the job, as the user chose.
// An upload that fails is left for the next run if that can find it, and aborted if not.
//
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
// Thread: loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ports.hpp"
#include "core/rate_estimator.hpp"
#include "engine/task.hpp"
#include "remote/abandoned_uploads.hpp"
#include "remote/counted_body.hpp"
#include "remote/customer_key.hpp"
#include "remote/multipart_etag.hpp"
#include "remote/part_sender.hpp"
#include "remote/upload_answers.hpp"
#include "remote/upload_checkpoint.hpp"
#include "remote/upload_source.hpp"

namespace xget::remote {

struct UploadSettings {
  JobId id = 0;
  std::string operation = "upload";  // for messages
  std::string path;                  // of the source, likewise
  std::string key;
  std::string name;                          // "s3://bucket/key", for messages
  std::optional<std::uint64_t> part_size;    // nullopt: as part_plan.hpp chooses
  std::vector<core::Header> object_headers;  // Content-Type, metadata, storage class, …
  // Some of these say what a copy within the store would take along from its source.
  bool describes_object = false;
  // How the store is asked to encrypt it, as `object_headers` say, in words; empty: as it likes.
  std::string encryption;
  std::optional<CustomerKey> customer_key;  // instead: with this one (SSE-C)
  bool hashes_payload = false;              // as in PartTarget
  bool etags_are_md5s = true;               // likewise
  bool keep_existing = false;               // an object that is there stays
  int connections = 8;
  OnChange on_change = OnChange::Restart;
  std::string checkpoint_folder;  // exists; empty: an interrupted upload is aborted
  std::string checkpoint_name;
};

struct UploadPorts {
  StoreClient& client;
  core::Clock& clock;
  core::Random& random;
  core::FileSystem& files;
  core::Worker& disk;
};

class UploadTask final : public engine::Task {
 public:
  using Tell = std::function<void(Event)>;

  // The ports must outlive it.
  UploadTask(UploadSettings settings, std::unique_ptr<UploadSource> source,
             std::shared_ptr<BucketAccess> bucket, UploadPorts ports, Tell tell);
  ~UploadTask() override;
  UploadTask(const UploadTask&) = delete;
  UploadTask& operator=(const UploadTask&) = delete;

  void on_time(Instant now) override;
  [[nodiscard]] std::optional<Instant> next_deadline() const override;
  void interrupt() override;
  [[nodiscard]] bool ended() const override { return stage_ == Stage::Ended; }
  [[nodiscard]] Progress progress(Instant now) override;
  [[nodiscard]] core::JobWeight weight() const override;

 private:
  enum class Stage { Open, Source, Ask, Saving, Send, Wait, Ending, Ended };
  struct Saving;

  // upload_task.cpp: up to the parts
  void open();
  void on_opened(Result<SourceFacts> facts);
  void on_looked(StoreOutcome outcome);
  StoreQuestion look_question();
  void identify();
  void on_identified(Result<SourceVersion> version);
  void begin();
  void ask_to_begin();
  void on_begun(StoreOutcome outcome);
  void prepare_put();
  void put(Result<PartContent> content);
  void on_put(StoreOutcome outcome);
  void send_parts();
  void step_send(Instant now);
  void step_put();
  void look_again(void (UploadTask::*next)());
  void doubt_version(StoreFailure failure);
  void copy_otherwise();
  bool sends_instead(const StoreFailure& failure);
  void begin_again();

  // upload_resume.cpp: what is kept from one run to the next
  Result<void> lock_checkpoint();
  void find();
  void list_parts(std::uint64_t from);
  void on_listed_parts(StoreOutcome outcome);
  void keep_listed();
  void abort_then(const std::string& upload_id, void (UploadTask::*next)());
  void on_aborted(const StoreOutcome& outcome);
  void checkpoint(Instant now);
  void save();
  void save_then(void (UploadTask::*next)());
  void stop_saving();
  void on_saved(const Result<void>& saved);
  void abort_abandoned_and_end(Event event);
  void forget_checkpoint_and_end(Event event);

  // upload_end.cpp: from the last part on
  void complete();
  void check_copied();
  void look_at_copy();
  void on_copy_looked(StoreOutcome outcome);
  void on_completed(StoreOutcome outcome);
  void confirm(Error why);
  void on_confirmed(StoreOutcome outcome);
  void check_object(const core::ResponseHead& answer, const std::string& etag);
  [[nodiscard]] std::optional<Md5Etag> expected_etag() const;
  void finish(std::string rests_on);
  void stop_all();
  void fail_with(Error error);
  void drop_with(Error error);
  void end_kept();
  void leave_unfinished();
  void end_failed();
  void end(Event event);

  using Then = void (UploadTask::*)(StoreOutcome);
  void ask(StoreQuestion question, Then then);
  void on_retry(const core::Failure& failure, Duration wait);
  [[nodiscard]] StoreQuestion question_of(const char* operation, core::Method method,
                                          std::vector<QueryParameter> query);
  [[nodiscard]] Payload payload_of(std::string_view body) const;
  [[nodiscard]] std::vector<core::Header> object_headers() const;
  [[nodiscard]] std::string encryption_mark(const std::string& token) const;
  [[nodiscard]] std::string metadata_name(const char* name) const;
  [[nodiscard]] bool leaves_existing() const { return settings_.keep_existing && !replaces_own_; }
  [[nodiscard]] Error exists() const;
  // A later run can tell whether it has the same bytes.
  [[nodiscard]] bool names_version() const {
    return !upload_.sha256.empty() || !upload_.tag.empty();
  }
  [[nodiscard]] const PartRecords& parts() const;
  [[nodiscard]] std::uint64_t held() const;

  const UploadSettings settings_;
  std::unique_ptr<UploadSource> source_;
  std::shared_ptr<BucketAccess> bucket_;
  UploadPorts ports_;
  Tell tell_;

  Stage stage_ = Stage::Open;
  SourceFacts facts_;
  PartPlan plan_;
  PartDigests whole_;                     // of what is put at once
  UploadCheckpoint upload_;               // its id is empty while the store knows of none
  StoreClient::QuestionId question_ = 0;  // 0: nothing is asked
  std::unique_ptr<PartSender> sender_;    // while parts are sent
  std::unique_ptr<PartSource> prepares_;  // what is put at once
  std::shared_ptr<CountedBody> body_;     // while that is sent
  // What the store said of a copy that it made at once.
  struct Copied {
    core::ResponseHead head;
    std::string etag;
  } copied_;
  std::optional<StoreFailure> refused_copy_;  // while its source is looked at again
  bool retried_ = false;                      // some of it, since the source was last looked at
  bool unheard_before_ = false;               // an earlier try to begin may have begun one
  bool replaces_own_ = false;  // the object that is there is this one's, of a source that changed
  int restarts_ = 0;

  std::shared_ptr<core::Folder> checkpoints_;  // null: none are kept
  std::shared_ptr<core::File> lock_;
  bool can_save_ = true;
  bool recorded_ = false;          // the checkpoint tells of an upload that the store may have
  std::uint64_t listed_from_ = 0;  // the page's that was asked for last
  PartRecords listed_;             // that count, by the pages that have come
  PartRecords unproven_;           // that the store has, too, and nobody recorded
  std::unique_ptr<AbandonedUploads> abandoned_;  // while they are looked for
  std::shared_ptr<Saving> saving_;               // null: nothing is saved
  void (UploadTask::*after_saving_)() = nullptr;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // until callbacks are of no use
  std::size_t saved_parts_ = 0;
  Instant save_at_{};

  int completions_ = 0;
  std::optional<Instant> complete_at_;
  std::optional<Error> failed_;    // to be told at the end
  std::optional<Instant> end_by_;  // while an upload is aborted at the end
  Event end_;                      // what is told then

  core::RateEstimator speed_;
  std::uint64_t sent_before_ = 0;  // bytes, by senders that are gone
  std::uint64_t measured_ = 0;     // that the speed was told of
};

}  // namespace xget::remote
