#include "xget/session.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "api/check_options.hpp"
#include "api/claimed_targets.hpp"
#include "api/credential_files.hpp"
#include "api/event_queue.hpp"
#include "api/host_rules.hpp"
#include "api/job_request.hpp"
#include "api/kept_file.hpp"
#include "api/metalink_request.hpp"
#include "api/network_settings.hpp"
#include "api/object_stores.hpp"
#include "api/option_error.hpp"
#include "api/proof_files.hpp"
#include "api/store_desk.hpp"
#include "api/upload_request.hpp"
#include "base/quiet_thread.hpp"
#include "core/connection_budget.hpp"
#include "core/rate_limits.hpp"
#include "core/rate_schedule.hpp"
#include "engine/buffer_pool.hpp"
#include "engine/job_queue.hpp"
#include "engine/originals.hpp"
#include "formats/cookie_file.hpp"
#include "net/loop.hpp"
#include "net/system_clock.hpp"
#include "net/system_random.hpp"
#include "remote/store_client.hpp"
#include "store/commit_group.hpp"
#include "store/finished_files.hpp"
#include "store/posix_file_system.hpp"
#include "store/trace_file.hpp"
#include "store/untouched_files.hpp"
#include "store/worker_thread.hpp"

namespace xget {
namespace {

constexpr Duration kProgressInterval = std::chrono::milliseconds(100);
// Of what is fetched from one place and sent to another.
constexpr std::uint64_t kRelayMemory = std::uint64_t{96} << 20;

// The options were checked.
core::PerHost<std::uint64_t> rates_per_host(const Options& options) {
  const auto hosts = api::host_rules(options).value_or(nullptr);
  if (!hosts) return options.limit_rate_per_host;
  return {options.limit_rate_per_host,
          [hosts](const std::string& host) { return hosts->limit_rate(host); }};
}

core::PerHost<int> connections_per_host(const Options& options) {
  const auto hosts = api::host_rules(options).value_or(nullptr);
  if (!hosts) return options.max_connections_per_host;
  return {options.max_connections_per_host,
          [hosts](const std::string& host) { return hosts->max_connections(host); }};
}

// The options were checked.
remote::StoreClientSettings store_client_settings(const Options& options) {
  remote::StoreClientSettings settings{
      .way = {}, .retry = api::retry_limits(options), .stall_timeout = options.stall_timeout};
  static_cast<void>(api::add_way(options, settings.way));
  return settings;
}

}  // namespace

const char* version() { return XGET_VERSION; }

// The loop thread owns everything but the inbox and the events.
class Session::Impl {
 public:
  Impl(Options options, api::CredentialFiles credentials, std::unique_ptr<store::TraceFile> trace)
      : options_(std::move(options)),
        netrc_(std::move(credentials.netrc)),
        stores_(std::make_shared<api::ObjectStores>(options_.object_store)),
        trace_(std::move(trace)),
        finished_(options_.state_folder.empty()
                      ? std::nullopt
                      : std::make_optional<store::FinishedFiles>(files_, options_.state_folder)),
        loop_(clock_, api::transport_settings(options_, std::move(credentials.cookies)),
              api::resolver_settings(options_)),
        disk_([this] { loop_.wake(); }),
        hashing_([this] { loop_.wake(); }),
        writing_([this] { loop_.wake(); }),
        stream_writer_([this] { loop_.wake(); }),
        commands_([this] { loop_.wake(); }),
        commits_(disk_),
        schedule_(options_.limit_rate, options_.limit_rate_windows),
        limits_(options_.limit_rate, rates_per_host(options_)),
        connections_(connections_per_host(options_), options_.most_connections()),
        client_(store_client_settings(options_), {loop_.transport(), clock_, random_, &limits_}),
        jobs_(options_.max_active_jobs, connections_per_host(options_)),
        thread_(start_without_signals([this] { run(); })) {}

  ~Impl() {
    closing_ = true;
    interrupt();
    thread_.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<JobId> add(const JobSpec& spec) {
    if (is_metalink(spec)) return add_metalink(spec);
    auto request = api::prepare(spec, options_, {.netrc = netrc_, .stores = stores_});
    if (!request) return fail(request.error());
    const JobId id = request->settings.id = ++last_id_;
    if (auto claimed = targets_.claim(id, *request); !claimed) return fail(claimed.error());
    events_.add_job();
    queue(entry_of(*std::move(request), spec));
    return id;
  }

  Result<JobId> add_upload(const UploadSpec& spec) {
    auto request = api::prepare_upload(spec, options_, *stores_, files_, netrc_);
    if (!request) return fail(std::move(request.error()));
    const JobId id = request->settings.id = ++last_id_;
    events_.add_job();
    if (spec.dry_run) {
      events_.push(api::plan_of(*request));
      return id;
    }
    queue({.id = id,
           .host = request->object.object.place.host,
           .content = "",
           .make = [this, request = *std::move(request)] { return make_upload(request); }});
    return id;
  }

  JobId add_listed(const Result<JobSpec>& entry) {
    auto added = entry ? add(*entry) : fail(entry.error());
    if (added) return *added;
    if (entry && !entry->listed_at.empty()) {
      std::string& subject = added.error().subject;
      subject = entry->listed_at + (subject.empty() ? "" : ": " + subject);
    }
    return fail_listed("", std::move(added.error()));
  }

  JobId add_listed(const Result<UploadSpec>& entry) {
    auto added = entry ? add_upload(*entry) : fail(entry.error());
    return added ? *added : fail_listed(entry ? entry->url : "", std::move(added.error()));
  }

  void note(std::string text) { events_.push(Note{.job = 0, .text = std::move(text)}); }

  void removed(Removed removed) { events_.push(std::move(removed)); }

  JobId fail_listed(std::string path, Error error) {
    const JobId id = ++last_id_;
    events_.add_job();
    events_.push(Failed{.job = id, .path = std::move(path), .error = std::move(error)});
    return id;
  }

  std::optional<Event> next_event() { return events_.pop(); }
  std::optional<Event> next_event(Milliseconds at_most) { return events_.pop(at_most); }
  [[nodiscard]] bool done() const { return events_.done(); }

  void cancel(JobId job) {
    {
      const std::lock_guard lock(mutex_);
      inbox_.cancelled.push_back(job);
    }
    loop_.wake();
  }

  api::StoreDesk& store_desk() { return desk_; }

  Result<void> save_cookies() {
    if (options_.cookie_jar.empty()) return {};
    std::future<std::string> text;
    {
      const std::lock_guard lock(mutex_);
      text = inbox_.cookie_questions.emplace_back().get_future();
    }
    loop_.wake();
    return api::write_kept_file("write the cookie jar", options_.cookie_jar, text.get(),
                                api::Readers::Owner);
  }

  Result<void> end_trace() { return trace_ ? trace_->end() : Result<void>{}; }

  void interrupt() {
    interrupted_ = true;
    loop_.wake();
  }

 private:
  using NewJob = engine::JobQueue::Entry;
  // What other threads want of the loop.
  struct Inbox {
    std::vector<NewJob> jobs;
    std::vector<JobId> cancelled;
    std::vector<std::promise<std::string>> cookie_questions;  // what is to be in the jar?
    std::vector<std::function<void()>> calls;
  };

  // Takes what came in, lets the jobs decide, tells how far they are, waits.
  void run() {
    stores_->use({loop_.transport(), clock_, random_, commands_},
                 store_client_settings(options_).way);
    Instant next_progress = clock_.now() + kProgressInterval;
    while (!closing_ || !jobs_.empty()) {
      take_inbox();
      if (interrupted_ && !told_interrupt_) {
        jobs_.interrupt();
        desk_.interrupt();
        told_interrupt_ = true;
      }
      disk_.run_completions();
      hashing_.run_completions();
      writing_.run_completions();
      stream_writer_.run_completions();
      commands_.run_completions();
      Instant now = clock_.now();
      keep_to_schedule(now);
      stores_->on_time(now);
      client_.on_time(now);
      jobs_.on_time(now);
      if (now >= next_progress) {
        jobs_.for_each_running([&](engine::Task& task) { events_.add(task.progress(now)); });
        next_progress = now + kProgressInterval;
      }
      events_.tell_readers();
      if (closing_ && jobs_.empty()) break;
      loop_.poll(deadline(next_progress));
    }
  }

  // The loop turns at least as often as progress is told, so no timer waits for the next window:
  // one would be wrong after a suspend, or when the clock is set.
  void keep_to_schedule(Instant now) {
    if (schedule_.constant()) return;
    const int minute = net::minute_of_local_day(clock_.wall_now());
    limits_.all().set_rate(schedule_.rate_at(minute), now);
  }

  std::optional<Instant> deadline(Instant next_progress) {
    const auto asked = earliest(client_.next_deadline(), stores_->next_deadline());
    if (jobs_.empty()) return asked;
    const Instant jobs = std::min(jobs_.next_deadline().value_or(next_progress), next_progress);
    return earliest(jobs, asked);
  }

  // Any thread.
  void queue(NewJob job) {
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      first = inbox_.jobs.empty();
      inbox_.jobs.push_back(std::move(job));
    }
    if (first) loop_.wake();  // else it is awake, or woken
  }

  // Any thread.
  void call_on_loop(std::function<void()> call) {
    {
      const std::lock_guard lock(mutex_);
      inbox_.calls.push_back(std::move(call));
    }
    loop_.wake();
  }

  // Jobs first: whoever cancels one has added it before.
  void take_inbox() {
    Inbox arrived;
    {
      const std::lock_guard lock(mutex_);
      std::swap(arrived, inbox_);
    }
    for (NewJob& job : arrived.jobs) jobs_.add(std::move(job));
    for (const JobId id : arrived.cancelled) jobs_.cancel(id);
    for (const auto& call : arrived.calls) call();
    for (auto& question : arrived.cookie_questions) {
      question.set_value(formats::cookie_file_text(loop_.cookies(), clock_.wall_now()));
    }
  }

  // What a list of checksums says of it is not known yet.
  NewJob entry_of(api::JobRequest request, const JobSpec& spec) {
    const engine::JobSettings& settings = request.settings;
    return {.id = settings.id,
            .host = request.source.url.origin.host,
            .content = settings.content(),
            .make = [this, request = std::move(request), spec] { return make(request, spec); }};
  }

  std::unique_ptr<engine::Task> make(const api::JobRequest& request, const JobSpec& spec) {
    if (request.checksum_list) return make_checksum_task(request, spec);
    core::FileSystem& files =
        request.settings.dry_run ? static_cast<core::FileSystem&>(untouched_files_) : files_;
    const api::RequestPorts ports{
        {clock_, random_, files, disk_, hashing_, writing_, limits_, buffers_, commits_,
         trace_.get(), finished_ ? &*finished_ : nullptr, &originals_},
        connections_,
        jobs_.others(),
        stream_writer_,
        commands_,
        loop_.transport(),
        loop_.resolver(),
        *stores_};
    const JobId id = request.settings.id;
    auto job = api::make_job(
        request, ports, [this](Event event) { tell(std::move(event)); },
        [this, id, spec] { read_as_metalink(id, spec); });
    if (job) return *std::move(job);
    fail_job(id, request.settings.path, std::move(job.error()));
    return nullptr;
  }

  std::unique_ptr<engine::Task> make_upload(const api::UploadRequest& request) {
    return std::make_unique<remote::UploadTask>(
        request.settings,
        api::make_source(request, {{loop_.transport(), loop_.resolver(), clock_, *stores_},
                                   client_,
                                   files_,
                                   {clock_, random_, hashing_, relay_memory_}}),
        stores_->access(request.object.bucket),
        remote::UploadPorts{client_, clock_, random_, files_, disk_},
        [this](Event event) { tell(std::move(event)); });
  }

  // An ended job's target is free again. Readers hear of it when the loop turns.
  void tell(Event event) {
    if (const auto* finished = std::get_if<Finished>(&event)) targets_.release(finished->job);
    if (const auto* failed = std::get_if<Failed>(&event)) targets_.release(failed->job);
    if (const auto* planned = std::get_if<Planned>(&event)) targets_.release(planned->job);
    events_.add(std::move(event));
  }

  void fail_job(JobId id, std::string path, Error error) {
    tell(Failed{.job = id, .path = std::move(path), .error = std::move(error)});
  }

  // ---- Metalinks ----------------------------------------------------------------------------

  Result<JobId> add_metalink(const JobSpec& spec) {
    auto request = api::prepare_metalink(spec, options_, netrc_);
    if (!request) return fail(std::move(request.error()));
    const JobId id = ++last_id_;
    if (!request->local) {
      events_.add_job();
      queue_metalink(id, *std::move(request));
      return id;
    }
    const auto text = api::read_metalink(*request);
    if (!text) return fail(text.error());
    auto jobs = api::described_jobs(*text, *request, options_, netrc_);
    if (!jobs) return fail(std::move(jobs.error()));
    events_.add_job();
    go_on_with(id, request->name, *std::move(jobs));
    return id;
  }

  // The server says that the job is one.
  void read_as_metalink(JobId id, const JobSpec& spec) {
    targets_.release(id);
    auto request = api::prepare_metalink(spec, options_, netrc_);
    if (!request) return fail_job(id, "", std::move(request.error()));
    queue_metalink(id, *std::move(request));
  }

  void queue_metalink(JobId id, api::MetalinkRequest request) {
    auto shared = std::make_shared<const api::MetalinkRequest>(std::move(request));
    queue({.id = id,
           .host = shared->source.url.origin.host,
           .content = "",
           .make = [this, id, shared] { return make_metalink_task(id, shared); }});
  }

  std::unique_ptr<engine::Task> make_metalink_task(
      JobId id, const std::shared_ptr<const api::MetalinkRequest>& request) {
    // The worker's until it has read.
    auto jobs = std::make_shared<Result<std::vector<api::DescribedJob>>>();
    engine::DocumentTask::Steps steps;
    steps.read = [this, request, jobs](std::string_view text) {  // the worker ends before these do
      *jobs = api::described_jobs(text, *request, options_, netrc_);
    };
    steps.done = [this, id, name = request->name, jobs](Result<void> fetched) {
      if (!fetched) return fail_job(id, "", std::move(fetched.error()));
      if (!*jobs) return fail_job(id, "", std::move(jobs->error()));
      go_on_with(id, name, *std::move(*jobs));
    };
    return std::make_unique<engine::DocumentTask>(
        id, document(id, api::metalink_document(options_), request->source, request->name),
        hashing_, std::move(steps));
  }

  // The Metalink's files in its place. Any thread.
  void go_on_with(JobId metalink, const std::string& name, std::vector<api::DescribedJob> jobs) {
    MetalinkRead read{.job = metalink, .name = name, .files = {}};
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      events_.add_job();
      read.files.push_back(++last_id_);
    }
    const std::vector<JobId> ids = read.files;
    {
      const std::lock_guard lock(mutex_);  // whoever hears of the files may cancel them at once
      events_.add(std::move(read));        // before anything of the files is told
      for (std::size_t i = 0; i < jobs.size(); ++i) begin_described(ids[i], std::move(jobs[i]));
    }
    loop_.wake();
  }

  // Under the mutex.
  void begin_described(JobId id, api::DescribedJob job) {
    if (!job.request) return fail_job(id, std::move(job.path), std::move(job.request.error()));
    job.request->settings.id = id;
    if (auto claimed = targets_.claim(id, *job.request); !claimed) {
      return fail_job(id, std::move(job.path), std::move(claimed.error()));
    }
    inbox_.jobs.push_back(entry_of(*std::move(job.request), {}));
  }

  std::unique_ptr<engine::Document> document(JobId id, engine::DocumentSettings settings,
                                             const engine::HttpSourceSettings& source,
                                             const std::string& name) {
    return std::make_unique<engine::Document>(
        std::move(settings), engine::DocumentPorts{clock_, random_, limits_},
        std::make_unique<engine::HttpSource>(source, loop_.transport(), loop_.resolver(), clock_),
        [this, id, name](const core::Failure& failure, Duration wait) {
          tell(Retrying{id, name, failure.cause, std::chrono::ceil<Milliseconds>(wait)});
        });
  }

  // ---- lists of checksums ---------------------------------------------------------------------

  // The list first: it says what the job's file must be.
  std::unique_ptr<engine::Task> make_checksum_task(const api::JobRequest& request,
                                                   const JobSpec& spec) {
    const JobId id = request.settings.id;
    auto known = std::make_shared<Result<api::JobRequest>>(request);  // the worker's until it read
    engine::DocumentTask::Steps steps;
    steps.read = [known](std::string_view text) {
      auto taken = api::take_fetched_checksums(text, **known);
      if (!taken) *known = fail(std::move(taken.error()));
    };
    steps.done = [this, id, path = request.settings.path, spec, known](Result<void> fetched) {
      if (!fetched) return fail_job(id, path, std::move(fetched.error()));
      if (!*known) return fail_job(id, path, std::move(known->error()));
      queue(entry_of(**known, spec));
    };
    const api::ChecksumListUrl& list = *request.checksum_list;
    return std::make_unique<engine::DocumentTask>(
        id, document(id, api::checksum_document(options_), list.source, list.name), hashing_,
        std::move(steps));
  }

  const Options options_;
  const std::shared_ptr<const formats::Netrc> netrc_;
  const std::shared_ptr<api::ObjectStores> stores_;
  const std::unique_ptr<store::TraceFile> trace_;  // null: nobody watches
  std::mutex mutex_;                               // guards the inbox
  Inbox inbox_;
  api::ClaimedTargets targets_;
  std::atomic<JobId> last_id_ = 0;
  std::atomic<bool> interrupted_ = false;
  std::atomic<bool> closing_ = false;
  api::EventQueue events_;

  // The loop thread's.
  net::SystemClock clock_;
  net::SystemRandom random_;
  store::PosixFileSystem files_;
  store::UntouchedFileSystem untouched_files_{files_};
  std::optional<store::FinishedFiles> finished_;  // absent: it keeps nothing
  net::Loop loop_;
  store::WorkerThread disk_;
  store::WorkerThread hashing_;
  store::WorkerThread writing_;
  store::WorkerThread stream_writer_;
  store::WorkerThread commands_;
  engine::BufferPool buffers_;
  store::CommitGroup commits_;
  core::RateSchedule schedule_;
  core::RateLimits limits_;
  core::ConnectionBudget connections_;
  remote::StoreClient client_;
  api::StoreDesk desk_{*stores_, client_,
                       [this](std::function<void()> call) { call_on_loop(std::move(call)); }};
  remote::MemoryBudget relay_memory_{kRelayMemory};
  engine::Originals originals_;
  engine::JobQueue jobs_;
  bool told_interrupt_ = false;
  std::thread thread_;
};

Result<std::unique_ptr<Session>> Session::create(Options options) {
  if (auto sound = api::check_options(options); !sound) return fail(sound.error());
  auto credentials = api::read_credential_files(options);
  if (!credentials) return fail(std::move(credentials.error()));
  std::unique_ptr<store::TraceFile> trace;
  if (!options.trace_file.empty()) {
    auto created = store::TraceFile::create(options.trace_file);
    if (!created) {
      const Error& error = created.error();
      return api::option_error("--trace", error.subject + " cannot be written: " + error.cause);
    }
    trace = *std::move(created);
  }
  return std::unique_ptr<Session>(new Session(
      std::make_unique<Impl>(std::move(options), *std::move(credentials), std::move(trace))));
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;

Result<JobId> Session::add(JobSpec spec) { return impl_->add(spec); }
JobId Session::add_listed(const Result<UploadSpec>& entry) { return impl_->add_listed(entry); }
void Session::note(std::string text) { impl_->note(std::move(text)); }
void Session::removed(Removed removed) { impl_->removed(std::move(removed)); }
Result<JobId> Session::add_upload(const UploadSpec& spec) { return impl_->add_upload(spec); }
JobId Session::add_listed(Result<JobSpec> entry) { return impl_->add_listed(entry); }
std::optional<Event> Session::next_event() { return impl_->next_event(); }
std::optional<Event> Session::next_event(Milliseconds at_most) {
  return impl_->next_event(at_most);
}
bool Session::done() const { return impl_->done(); }
void Session::cancel(JobId job) { impl_->cancel(job); }
Result<void> Session::save_cookies() { return impl_->save_cookies(); }
Result<void> Session::end_trace() { return impl_->end_trace(); }
void Session::interrupt() { impl_->interrupt(); }

api::StoreDesk& api::SessionAccess::store_desk(Session& session) {
  return session.impl_->store_desk();
}

}  // namespace xget
