#include "cli/interpret.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "base/command_words.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/contradictions.hpp"
#include "cli/credentials.hpp"
#include "cli/host_sections.hpp"
#include "cli/rate_limit.hpp"
#include "cli/usage_error.hpp"
#include "cli/value_reader.hpp"
#include "cli/word_jobs.hpp"

namespace xget::cli {
namespace {

constexpr std::uint64_t kMaxRetries = 1'000'000;
constexpr const char* kTime = "a time, like 500ms, 10s, 5m or 1h";
constexpr const char* kLongerTime = "a time longer than zero, like 500ms, 10s, 5m or 1h";

Result<void> check_contradictions(const Given& given) {
  for (const auto& [one, other] : kContradictions) {
    if (!given.has(one) || !given.has(other)) continue;
    return refuse_usage(row_of(one).longest(), "contradicts " + row_of(other).longest());
  }
  if (given.has(OptionId::Quiet) && given.has(OptionId::Verbose) && !given.has(OptionId::LogFile)) {
    return refuse_usage("--quiet", "contradicts --verbose", "send the log to --log-file FILE");
  }
  if (given.has(OptionId::Key) && !given.has(OptionId::Cert)) {
    return refuse_usage("--key", "is of no use without --cert");
  }
  return {};
}

std::optional<Milliseconds> parse_time(const std::string& text) {
  const auto duration = parse_duration(text);
  if (!duration) return std::nullopt;
  return std::chrono::ceil<Milliseconds>(*duration);
}

std::optional<Milliseconds> parse_longer_time(const std::string& text) {
  const auto time = parse_time(text);
  return time && time->count() > 0 ? time : std::nullopt;
}

// Twice optional: nonsense, and never.
std::optional<std::optional<Milliseconds>> parse_give_up(const std::string& text) {
  if (text == "inf") return std::optional<Milliseconds>();
  if (const auto time = parse_longer_time(text)) return std::optional(time);
  return std::nullopt;
}

// "1s,16MiB" in either order, "1s" or "16MiB". What can be read as a time is one: "16m" is minutes.
std::optional<CheckpointInterval> parse_checkpoint_interval(const std::string& text) {
  CheckpointInterval interval{Milliseconds(0), 0};
  const auto take = [&interval](const std::string& part) {
    if (const auto time = parse_longer_time(part); time && interval.time.count() == 0) {
      interval.time = *time;
      return true;
    }
    const auto size = parse_size(part);
    if (!size || *size == 0 || interval.bytes != 0) return false;
    interval.bytes = *size;
    return true;
  };
  const auto comma = text.find(',');
  if (!take(text.substr(0, comma))) return std::nullopt;
  if (comma != std::string::npos && !take(text.substr(comma + 1))) return std::nullopt;
  return interval;
}

std::optional<DirectIo> parse_direct_io(const std::string& text) {
  if (text == "auto") return DirectIo::Auto;
  if (text == "on") return DirectIo::On;
  if (text == "off") return DirectIo::Off;
  return std::nullopt;
}

std::optional<Preallocate> parse_preallocate(const std::string& text) {
  if (text == "full") return Preallocate::Full;
  if (text == "sparse") return Preallocate::Sparse;
  if (text == "none") return Preallocate::None;
  return std::nullopt;
}

std::optional<BucketStyle> parse_bucket_style(const std::string& text) {
  if (text == "auto") return BucketStyle::Auto;
  if (text == "path") return BucketStyle::Path;
  if (text == "host") return BucketStyle::Host;
  return std::nullopt;
}

std::optional<Dedupe> parse_dedupe(const std::string& text) {
  if (text == "off") return Dedupe::Off;
  if (text == "link") return Dedupe::Link;
  if (text == "reflink") return Dedupe::Reflink;
  if (text == "copy") return Dedupe::Copy;
  return std::nullopt;
}

std::optional<bool> parse_switch(const std::string& text) {
  if (text == "on") return true;
  if (text == "off") return false;
  return std::nullopt;
}

// Permissions alone: no bit that lets a file run as its owner.
std::optional<std::uint32_t> parse_mode(const std::string& text) {
  constexpr std::uint32_t kMostBits = 0777;
  constexpr int kOctal = 8;
  std::uint32_t mode = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, mode, kOctal);
  if (problem != std::errc() || stop != end || mode > kMostBits) return std::nullopt;
  return mode;
}

std::optional<OnChange> parse_on_change(const std::string& text) {
  if (text == "restart") return OnChange::Restart;
  if (text == "fail") return OnChange::Fail;
  return std::nullopt;
}

std::vector<std::string> parted_by_commas(const std::vector<std::string>& lists) {
  std::vector<std::string> all;
  for (const std::string& list : lists) {
    Parts parts(list, ',');
    while (const auto part = parts.next()) all.emplace_back(*part);
  }
  return all;
}

AddressFamily family_of(const Given& given) {
  if (given.has(OptionId::Ipv4)) return AddressFamily::IPv4;
  return given.has(OptionId::Ipv6) ? AddressFamily::IPv6 : AddressFamily::Any;
}

constexpr int kAuto = 0;

std::optional<int> parse_connections(const std::string& text) {
  return text == "auto" ? kAuto : parse_connection_count(text);
}

std::optional<int> parse_jobs(const std::string& text) {
  return text == "auto" ? kAuto : parse_count(text, 1, kMostActiveJobs);
}

Result<Options> read_options(const Given& given) {
  Options options;
  ValueReader reader(given);
  const auto retries = [](const std::string& t) { return parse_count(t, 0, kMaxRetries); };
  int fixed = kAuto;
  int jobs = kAuto;
  reader.read(OptionId::Jobs, jobs, parse_jobs, "a number from 1 to 64, or auto");
  if (jobs != kAuto) options.max_active_jobs = jobs;
  reader.read(OptionId::Connections, fixed, parse_connections, "a number from 1 to 256, or auto");
  if (fixed != kAuto) options.connections = fixed;
  reader.read(OptionId::MaxConnectionsPerHost, options.max_connections_per_host,
              parse_connection_count, kWantedConnections);
  RateLimit limit;
  reader.read(OptionId::LimitRate, limit, parse_rate_limit,
              "a rate, like 512K or 2M@08:00-18:00, or several with commas between");
  options.limit_rate = limit.otherwise;
  options.limit_rate_windows = std::move(limit.windows);
  reader.read(OptionId::LimitRatePerHost, options.limit_rate_per_host, parse_size, kWantedSize);
  reader.read(OptionId::ConnectTimeout, options.connect_timeout, parse_longer_time, kLongerTime);
  reader.read(OptionId::StallTimeout, options.stall_timeout, parse_longer_time, kLongerTime);
  reader.read(OptionId::Retry, options.retry, retries, "a number from 0 to 1000000");
  reader.read(OptionId::RetryWait, options.retry_wait, parse_time, kTime);
  reader.read(OptionId::GiveUpAfter, options.give_up_after, parse_give_up,
              "a time longer than zero, like 30s or 2h, or inf");
  reader.read(OptionId::CheckpointInterval, options.checkpoint_interval, parse_checkpoint_interval,
              "a time, a size, or both, like 1s,16MiB");
  reader.read_text(OptionId::UserAgent, options.user_agent);
  reader.read_text(OptionId::Proxy, options.proxy);
  reader.read(OptionId::ProxyAuth, options.proxy_auth, parse_proxy_auth, kWantedProxyAuth);
  reader.read_text(OptionId::Interface, options.interface);
  reader.read_text(OptionId::CaCert, options.cacert);
  reader.read_text(OptionId::Cert, options.cert);
  reader.read_text(OptionId::Key, options.key);
  reader.read_text(OptionId::PinnedPublicKey, options.pinned_public_key);
  reader.read_text(OptionId::NetrcFile, options.netrc_file);
  reader.read_text(OptionId::Cookies, options.cookies);
  reader.read_text(OptionId::CookieJar, options.cookie_jar);
  reader.read_text(OptionId::Trace, options.trace_file);
  if (reader.error()) return fail(*reader.error());
  options.connect_to = given.all(OptionId::ConnectTo);
  options.dns_servers = parted_by_commas(given.all(OptionId::DnsServers));
  options.address_family = family_of(given);
  options.insecure = given.has(OptionId::Insecure);
  options.allow_downgrade = given.has(OptionId::AllowDowngrade);
  options.netrc = given.has(OptionId::Netrc);
  return options;
}

Existing existing_of(const Given& given) {
  if (given.has(OptionId::Overwrite)) return Existing::Overwrite;
  if (given.has(OptionId::AutoRename)) return Existing::Rename;
  if (given.has(OptionId::Timestamping)) return Existing::Update;
  return given.has(OptionId::NoOverwrite) ? Existing::Keep : Existing::Refuse;
}

Resume resume_of(const Given& given) {
  if (given.has(OptionId::Resume)) return Resume::Adopt;
  return given.has(OptionId::NoResume) ? Resume::Never : Resume::Default;
}

// Its words; empty: none is given.
Result<std::vector<std::string>> read_command(const Given& given, OptionId id) {
  const std::string* command = given.last(id);
  if (command == nullptr) return std::vector<std::string>();
  auto words = split_command(*command);
  if (!words) {
    return refuse_usage(row_of(id).longest(), words.error().cause, words.error().remedy);
  }
  return words;
}

Result<ObjectStoreOptions> read_object_store(const Given& given) {
  ObjectStoreOptions store;
  ValueReader reader(given);
  reader.read_text(OptionId::EndpointUrl, store.endpoint_url);
  reader.read_text(OptionId::Region, store.region);
  reader.read_text(OptionId::Profile, store.profile);
  reader.read_text(OptionId::CredentialsFile, store.credentials_file);
  reader.read_text(OptionId::SseCKeyFile, store.source.customer_key_file);
  store.destination.customer_key_file = store.source.customer_key_file;
  reader.read(OptionId::BucketStyle, store.bucket_style, parse_bucket_style, "auto, path or host");
  if (reader.error()) return fail(*reader.error());
  auto command = read_command(given, OptionId::CredentialsCommand);
  if (!command) return fail(std::move(command.error()));
  store.credentials_command = *std::move(command);
  store.anonymous = given.has(OptionId::NoSignRequest);
  store.requester_pays = given.has(OptionId::RequestPayer);
  return store;
}

// What all jobs share.
Result<JobSpec> read_common_job(const Given& given) {
  JobSpec job;
  ValueReader reader(given);
  reader.read_text(OptionId::Folder, job.folder);
  reader.read_text(OptionId::Location, job.location);
  reader.read_text(OptionId::Referer, job.referer);
  reader.read_text(OptionId::CheckpointFolder, job.checkpoint_folder);
  reader.read_text(OptionId::ChecksumFile, job.checksum_file);
  reader.read_text(OptionId::Pieces, job.pieces);
  reader.read_text(OptionId::Etag, job.etag_file);
  reader.read_text(OptionId::VersionId, job.version_id);
  reader.read(OptionId::OnChange, job.on_change, parse_on_change, "restart or fail");
  reader.read(OptionId::Dedupe, job.dedupe, parse_dedupe, "off, link, reflink or copy");
  reader.read(OptionId::Mtime, job.server_time, parse_switch, "on or off");
  reader.read(OptionId::Mode, job.mode, parse_mode, "permissions in octal, from 0 to 777");
  reader.read(OptionId::Preallocate, job.preallocate, parse_preallocate, "full, sparse or none");
  reader.read(OptionId::DirectIo, job.direct_io, parse_direct_io, "auto, on or off");
  reader.read(OptionId::MaxFilesize, job.max_filesize, parse_size, kWantedSize);
  if (reader.error()) return fail(*reader.error());
  auto refresh = read_command(given, OptionId::RefreshCommand);
  if (!refresh) return fail(std::move(refresh.error()));
  job.refresh_command = *std::move(refresh);
  job.existing = existing_of(given);
  job.resume = resume_of(given);
  job.skip_existing = given.has(OptionId::SkipExisting);
  job.strict = given.has(OptionId::Strict);
  job.dry_run = given.has(OptionId::DryRun);
  if (given.has(OptionId::NoMetalink)) {
    job.metalink = MetalinkUse::Never;
    job.server_mirrors = false;
  }
  job.content_disposition = given.has(OptionId::ContentDisposition);
  return job;
}

std::optional<int> parse_event_descriptor(const std::string& text) {
  constexpr std::uint64_t kMostDescriptors = 1U << 20;
  const auto descriptor = parse_count(text, 1, kMostDescriptors);
  return descriptor == 2 ? std::nullopt : descriptor;  // the words' own
}

// One stream of bytes cannot be both.
Result<void> check_event_descriptor(const Arguments& arguments) {
  if (arguments.event_descriptor != 1) return {};
  for (const JobSpec& job : arguments.jobs) {
    if (job.output != "-") continue;
    return refuse_usage("--json", "standard output is where a download goes",
                        "--json-fd 3 3>FILE sends events elsewhere");
  }
  return {};
}

// One ETag is of one file.
Result<void> check_etag(const Arguments& arguments) {
  if (arguments.common.etag_file.empty() || arguments.known_jobs() == 1) return {};
  return refuse_usage("--etag", "is for one URL",
                      "-N brings many files up to date, by what xget recorded with each");
}

// One version is of one object, which is fetched.
Result<void> check_version(const Arguments& arguments) {
  if (arguments.common.version_id.empty()) return {};
  const bool sends = std::any_of(arguments.uploads.begin(), arguments.uploads.end(),
                                 [](const UploadSpec& upload) { return !upload.from; });
  if (arguments.known_jobs() == 1 && !sends) return {};
  return refuse_usage("--version-id", "is of one object, which is fetched");
}

// How it is told, and who besides the user.
Result<Arguments> read_messages(const Given& given) {
  Arguments arguments;
  ValueReader reader(given);
  reader.read(OptionId::Progress, arguments.progress, parse_progress_choice,
              "auto, bar, plain or none");
  const auto descriptor = [](const std::string& text) { return parse_event_descriptor(text); };
  reader.read(OptionId::JsonFd, arguments.event_descriptor, descriptor,
              "a file descriptor for events: 1, or 3 or more");
  reader.read_text(OptionId::LogFile, arguments.log_file);
  if (reader.error()) return fail(*reader.error());
  if (given.has(OptionId::Json) && !arguments.event_descriptor) arguments.event_descriptor = 1;
  auto on_complete = read_command(given, OptionId::OnComplete);
  if (!on_complete) return fail(std::move(on_complete.error()));
  auto on_error = read_command(given, OptionId::OnError);
  if (!on_error) return fail(std::move(on_error.error()));
  arguments.hooks = {*std::move(on_complete), *std::move(on_error)};
  arguments.quiet = given.has(OptionId::Quiet);
  arguments.verbosity = static_cast<int>(given.count(OptionId::Verbose));
  return arguments;
}

// Last, since it may ask the user: not before everything else is known to be right.
Result<void> add_credentials(const Given& given, const SecretInput& input, Arguments& arguments) {
  auto headers = read_headers(given, input);
  if (!headers) return fail(headers.error());
  const auto user = read_user(given, input);
  if (!user) return fail(user.error());
  const auto add = [&](JobSpec& job) {
    job.headers = *headers;
    job.user_password = *user;
  };
  for (JobSpec& job : arguments.jobs) add(job);
  add(arguments.common);
  auto hosts = read_hosts(given, arguments.known_jobs() ? &arguments.jobs : nullptr, input);
  if (!hosts) return fail(std::move(hosts.error()));
  arguments.options.hosts = *std::move(hosts);
  return {};
}

// What a dry run leaves out. A cookie jar is read, so it stays: the command does not save it then.
void write_nothing(Arguments& arguments) {
  arguments.end_files = {};
  arguments.hooks = {};
  arguments.options.trace_file.clear();
}

}  // namespace

std::optional<std::size_t> Arguments::known_jobs() const {
  if (!input_file.empty() || !session_file.empty() || !trees.empty()) return std::nullopt;
  return jobs.size() + uploads.size();
}

Result<NamedJobs> read_downloads(const Given& given, const JobSpec& common) {
  auto jobs = jobs_of_words(given, common);
  if (!jobs) return fail(std::move(jobs.error()));
  return NamedJobs{.downloads = *std::move(jobs), .uploads = {}, .trees = {}};
}

Result<Arguments> interpret(const Given& given, const SecretInput& input,
                            const ReadJobs& read_jobs) {
  if (auto sound = check_contradictions(given); !sound) return fail(sound.error());
  auto arguments = read_messages(given);
  if (!arguments) return fail(arguments.error());
  auto options = read_options(given);
  if (!options) return fail(options.error());
  const auto common = read_common_job(given);
  if (!common) return fail(common.error());
  auto jobs = read_jobs(given, *common);
  if (!jobs) return fail(jobs.error());

  auto store = read_object_store(given);
  if (!store) return fail(std::move(store.error()));
  options->object_store = *std::move(store);
  arguments->options = *std::move(options);
  arguments->jobs = std::move(jobs->downloads);
  arguments->uploads = std::move(jobs->uploads);
  arguments->trees = std::move(jobs->trees);
  if (const std::string* list = given.last(OptionId::InputFile)) arguments->input_file = *list;
  if (const std::string* file = given.last(OptionId::SessionFile)) arguments->session_file = *file;
  arguments->common = *common;
  if (auto free = check_event_descriptor(*arguments); !free) return fail(free.error());
  if (auto one = check_etag(*arguments); !one) return fail(one.error());
  if (auto one = check_version(*arguments); !one) return fail(one.error());
  arguments->fail_fast = given.has(OptionId::FailFast);
  if (const std::string* file = given.last(OptionId::Report)) arguments->end_files.report = *file;
  if (const std::string* file = given.last(OptionId::FailedFile))
    arguments->end_files.failed = *file;
  if (arguments->common.dry_run) write_nothing(*arguments);
  if (auto added = add_credentials(given, input, *arguments); !added) return fail(added.error());
  return arguments;
}

Result<void> check_given(const Given& given) {
  if (auto sound = check_contradictions(given); !sound) return sound;
  if (const auto arguments = read_messages(given); !arguments) return fail(arguments.error());
  if (const auto options = read_options(given); !options) return fail(options.error());
  if (const auto store = read_object_store(given); !store) return fail(store.error());
  if (const auto job = read_common_job(given); !job) return fail(job.error());
  return check_hosts(given);
}

}  // namespace xget::cli
