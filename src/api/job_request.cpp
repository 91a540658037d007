#include "api/job_request.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "api/check_options.hpp"
#include "api/check_proxy.hpp"
#include "api/choose_target.hpp"
#include "api/etag_file.hpp"
#include "api/host_rules.hpp"
#include "api/listed_mirrors.hpp"
#include "api/metalink_request.hpp"
#include "api/option_error.hpp"
#include "api/proof_files.hpp"
#include "base/header_line.hpp"
#include "base/text.hpp"
#include "core/auto_connections.hpp"
#include "core/named_bytes.hpp"
#include "engine/login.hpp"
#include "formats/checksum_spec.hpp"
#include "formats/mirror.hpp"
#include "net/command_refresher.hpp"
#include "net/ip_literal.hpp"
#include "store/stream_sink.hpp"

namespace xget::api {
namespace {

constexpr int kMostRefreshes = 3;  // in a row without a new byte
constexpr const char* kProxyVariables = "http_proxy, https_proxy or all_proxy";

bool names_scheme(std::string_view url) {
  const auto mark = url.find("://");
  return mark != std::string_view::npos && mark < url.find_first_of("/?#");
}

// A password that the URL leaves out may be in the netrc: "https://me@host/".
std::string own_login(const JobSpec& spec, const net::Url& url, const formats::Netrc* netrc) {
  if (!spec.user_password.empty() || url.user_password.empty()) return spec.user_password;
  const auto colon = url.user_password.find(':');
  if (netrc == nullptr || colon + 1 != url.user_password.size()) return url.user_password;
  const auto* known = netrc->find(url.origin.host, url.user_password.substr(0, colon));
  return url.user_password + (known == nullptr ? "" : known->password);
}

AskedWith asked_with(const JobSpec& spec, const SourceRequest& source) {
  return {.scheme = names_scheme(spec.url),
          .plain = source.url.origin.scheme == "http",
          .credentials =
              !engine::login_for(source.url, source).empty() || engine::logs_in_by_header(source),
          .object = source.object.has_value()};
}

// 0: not known.
std::uint64_t physical_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page_size = sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page_size <= 0) return 0;
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_size);
}

engine::JobSettings settings_of(const JobSpec& spec, const Options& options) {
  engine::JobSettings settings;
  settings.existing = spec.existing;
  settings.resume = spec.resume;
  settings.on_change = spec.on_change;
  settings.mode = spec.mode;
  settings.skip_existing = spec.skip_existing;
  settings.server_time = spec.server_time;
  settings.preallocate = spec.preallocate;
  settings.direct_io = spec.direct_io;
  settings.checkpoint_interval = options.checkpoint_interval;
  settings.checkpoint_folder = spec.checkpoint_folder;
  settings.max_filesize = spec.max_filesize;
  settings.strict = spec.strict;
  const bool makes_file = spec.output != "-" && !spec.dry_run;
  settings.dedupe = makes_file ? spec.dedupe : Dedupe::Off;
  settings.dry_run = spec.dry_run;
  settings.size = spec.size;
  settings.country = formats::country_of(spec.location);
  settings.gives_way_to_metalink = spec.metalink == MetalinkUse::Detect;
  settings.stall_timeout = options.stall_timeout;
  settings.connect_timeout = options.connect_timeout;
  settings.retry = retry_limits(options);
  settings.retry.refreshes = spec.refresh_command.empty() ? 0 : kMostRefreshes;
  settings.most_connections = options.connections.value_or(kMostConnections);
  if (const auto rate = lowest_rate(options); rate > 0) {  // a crawl that was asked for is none
    const auto share = rate / (4 * static_cast<std::uint64_t>(options.most_connections()));
    settings.crawl_rate = std::min(settings.crawl_rate, share);
  }
  static const std::uint64_t memory = physical_memory();
  settings.physical_memory = memory;
  return settings;
}

// An address written out has no other family's beside it. What is asked in its place may have.
Result<void> check_family(const engine::HttpSourceSettings& source, const Options& options) {
  const net::Origin& origin = source.url.origin;
  const auto family = net::family_of(origin.host);
  if (!family || net::allows(options.address_family, *family)) return {};
  const bool elsewhere = !source.proxy_for(source.url).empty() ||
                         !net::connect_to_rule(source.connect_to, origin).empty();
  if (elsewhere) return {};
  return option_error(net::without_secrets(source.url.text),
                      "its host " + net::refusal_of(options.address_family, *family));
}

Result<void> check_mode(const JobSpec& spec) {
  constexpr std::uint32_t kPermissions = 0777;
  if (spec.mode.value_or(0) <= kPermissions) return {};
  return option_error("--mode", "has more than permissions in it");
}

// What has the wanted bytes by their names is wanted whatever version the server has.
Result<void> ask_by_etag(const JobSpec& spec, JobRequest& request) {
  engine::JobSettings& settings = request.settings;
  if (settings.digest || settings.pieces || !spec.checksum_file.empty()) {
    return option_error("--etag", "contradicts what says which bytes are wanted (--checksum, ...)");
  }
  if (settings.server_names_in) {
    return option_error("--etag", "needs a name for the output that is known beforehand",
                        "-o FILE instead of --content-disposition");
  }
  if (spec.skip_existing || spec.existing == Existing::Keep || spec.existing == Existing::Rename) {
    return option_error("--etag",
                        "replaces an older output, which contradicts what is to be done "
                        "with it");
  }
  auto etag = read_etag_file(spec.etag_file);
  if (!etag) return fail(std::move(etag.error()));
  settings.unless_tagged = *std::move(etag);
  if (settings.existing == Existing::Refuse) settings.existing = Existing::Update;
  if (!spec.dry_run) request.etag_file = spec.etag_file;
  return {};
}

// The download is done, whatever becomes of this.
void keep_etag(const std::string& path, const Finished& finished, const engine::Job::Tell& tell) {
  if (path.empty() || finished.not_modified) return;
  if (finished.already_complete && finished.etag.empty()) return;  // nobody was asked
  const auto kept = write_etag_file(path, finished.etag);
  if (!kept) tell(Note{finished.job, to_string(kept.error()) + "; the next run fetches it again"});
}

Result<void> check_command(const std::vector<std::string>& words) {
  const bool has_nul = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word.find('\0') != std::string::npos;
  });
  if (has_nul) return option_error("--refresh-command", "has a NUL in it");
  if (!words.empty() && words.front().empty()) {
    return option_error("--refresh-command", "names no program");
  }
  return {};
}

// What is asked for is this object, or none of a store.
void become(SourceRequest& source, std::optional<ObjectRequest> object) {
  source.name = object ? object->name : "";
  if (object) {  // it has its own way of telling who asks
    source.netrc.reset();
    source.user_password.clear();
  }
  source.object = std::move(object);
}

// What the server names: a stranger to what the user gave, unless it is at the same origin. `size`:
// of what is there.
std::optional<SourceRequest> linked_source(const SourceRequest& first, const std::string& text,
                                           std::optional<std::uint64_t> size) {
  auto url = net::parse_url(text);
  if (!url || url->text == first.url.text) return std::nullopt;
  SourceRequest source = first;
  become(source, std::nullopt);
  source.given_for = first.home();
  source.size = size;
  source.url = *std::move(url);
  return source;
}

// As a redirect from the one to the other would be.
bool is_downgrade(const std::string& from, const net::Url& to) {
  return from.starts_with("https:") && to.origin.scheme != "https";
}

// What was given for the first one's origin is not for others to see. One that the user named may
// have a login of its own; one that another URL led to has none.
Result<SourceRequest> mirror_of(const SourceRequest& first, const Options& options,
                                ObjectStores& stores, const std::string& text) {
  auto named = stores.find(text);
  if (!named) return fail(std::move(named.error()));
  net::Url* const url = &named->url;
  SourceRequest mirror = first;
  const bool named_by_user = !first.given_for;
  if (named_by_user && url->origin != first.url.origin) {
    mirror.headers.clear();
    mirror.referer.clear();
    mirror.user_password.clear();
  }
  if (named_by_user && !url->user_password.empty()) mirror.user_password = url->user_password;
  const std::string proxy = mirror.proxy_for(*url);
  if (auto sound = check_proxy(proxy, options.proxy.empty() ? kProxyVariables : "--proxy");
      !sound) {
    return fail(sound.error());
  }
  mirror.url = std::move(*url);
  become(mirror, std::move(named->object));
  return mirror;
}

void add_listed_mirrors(const std::vector<std::string>& listed, const Options& options,
                        ObjectStores& stores, JobRequest& request) {
  const engine::JobSettings& settings = request.settings;
  SourceRequest first = request.source;
  if (!first.given_for) first.given_for = first.url.origin;  // the user has not named the others
  const bool plain_http = may_go_over_plain_http(
      request.source.url, core::resists_forgery(settings.digest, settings.pieces, settings.size),
      options);
  for (const std::string& url : usable_urls(listed, plain_http)) {
    if (url == request.source.url.text) continue;
    auto mirror = mirror_of(first, options, stores, url);
    if (mirror) request.mirrors.push_back(*std::move(mirror));
  }
}

std::unique_ptr<core::UrlRefresher> make_refresher(const JobRequest& request,
                                                   core::Worker& commands) {
  if (request.refresh_command.empty()) return nullptr;
  return std::make_unique<net::CommandRefresher>(request.refresh_command, request.source.url.text,
                                                 commands);
}

// Makes what fetches from a mirror of the request's resource. The ports must outlive what it makes.
auto mirror_maker(const JobRequest& request, const RequestPorts& ports) {
  return [connections = request.connections, most = request.max_connections_per_host,
          ports](SourceRequest source) {
    engine::JobMirror mirror;
    const std::string host = source.url.origin.host;
    const auto own = source.hosts ? source.hosts->max_connections(host) : std::nullopt;
    if (ports.others_run && source.http2 == engine::Http2::Never) {
      source.http2 = engine::Http2::Probes;
    }
    mirror.source = make_source(std::move(source),
                                {ports.transport, ports.resolver, ports.job.clock, ports.stores});
    if (connections) {
      mirror.connections = std::make_unique<core::FixedConnections>(*connections);
    } else {
      mirror.connections = std::make_unique<core::SharedConnections>(
          std::make_unique<core::AutoConnections>(own.value_or(most)), ports.connections, host);
    }
    return mirror;
  };
}

// Nobody need know of retries of what no one waits for.
engine::LinkMakers link_makers(const JobRequest& request, const RequestPorts& ports) {
  engine::LinkMakers makers;
  makers.make_mirror = [mirror_at = mirror_maker(request, ports), first = request.source](
                           const std::string& url, std::uint64_t size) {
    const auto source = linked_source(first, url, size);
    return source ? std::optional(mirror_at(*source)) : std::nullopt;
  };
  makers.make_description = [settings = request.description, first = request.source, ports](
                                const std::string& url, const std::string& named_by) {
    const auto source = linked_source(first, url, std::nullopt);
    if (!source || (is_downgrade(named_by, source->url) && !first.allow_downgrade)) {
      return std::unique_ptr<engine::Document>();
    }
    return std::make_unique<engine::Document>(
        settings, engine::DocumentPorts{ports.job.clock, ports.job.random, ports.job.limits},
        std::make_unique<engine::HttpSource>(*source, ports.transport, ports.resolver,
                                             ports.job.clock),
        nullptr);
  };
  return makers;
}

}  // namespace

Result<void> add_way(const Options& options, engine::HttpSourceSettings& source) {
  auto hosts = host_rules(options);
  if (!hosts) return fail(std::move(hosts.error()));
  source.hosts = *std::move(hosts);
  for (const std::string& rule : options.connect_to) {
    auto connect_to = net::parse_connect_to(rule);
    if (!connect_to) return option_error("--connect-to", std::move(connect_to.error()));
    source.connect_to.push_back(*std::move(connect_to));
  }
  source.proxy = options.proxy;
  source.proxy_environment = net::read_proxy_environment();
  source.proxy_auth = options.proxy_auth;
  return {};
}

Result<engine::HttpSourceSettings> source_of(const JobSpec& spec, const Options& options,
                                             const net::Url& url,
                                             std::shared_ptr<const formats::Netrc> netrc) {
  engine::HttpSourceSettings source;
  for (const std::string& line : spec.headers) {
    auto header = parse_header_line(line);
    if (!header) return option_error("--header", std::move(header.error()));
    source.headers.push_back({std::move(header->name), std::move(header->value)});
  }
  if (!spec.user_password.empty() && engine::logs_in_by_header(source)) {
    return option_error("--user", "contradicts the Authorization that --header sends");
  }
  if (auto sound = add_way(options, source); !sound) return fail(std::move(sound.error()));
  source.netrc = std::move(netrc);
  source.netrc_everywhere = options.netrc || !options.netrc_file.empty();
  const bool by_netrc = engine::uses_netrc(url.origin, source);
  source.user_password = own_login(spec, url, by_netrc ? source.netrc.get() : nullptr);
  auto referer = parse_header_line("Referer: " + spec.referer);
  if (!referer) return option_error("--referer", std::move(referer.error()));
  source.referer = std::move(referer->value);
  auto user_agent = parse_header_line("User-Agent: " + spec.user_agent);
  if (!user_agent) return option_error("--user-agent", std::move(user_agent.error()));
  source.user_agent = std::move(user_agent->value);
  const std::string proxy = source.proxy_for(url);
  if (auto sound = check_proxy(proxy, options.proxy.empty() ? kProxyVariables : "--proxy");
      !sound) {
    return fail(sound.error());
  }
  source.allow_downgrade = options.allow_downgrade;
  source.http2 = options.connections == 1 ? engine::Http2::Always : engine::Http2::Never;
  source.url = url;
  source.size = spec.size;
  return source;
}

core::RetryLimits retry_limits(const Options& options) {
  core::RetryLimits limits;
  if (options.retry) limits.failures = limits.failures_before_answer = *options.retry;
  limits.first_wait = options.retry_wait;
  limits.give_up_after = options.give_up_after;
  return limits;
}

Result<SourceRequest> prepare_source(const JobSpec& spec, const Options& options, NamedUrl named,
                                     std::shared_ptr<const formats::Netrc> netrc) {
  auto source = source_of(spec, options, named.url, std::move(netrc));
  if (!source) return fail(std::move(source.error()));
  if (auto sound = check_family(*source, options); !sound) return fail(std::move(sound.error()));
  const bool has_key = named.object && named.object->object.customer_key;
  if (has_key && named.url.origin.scheme != "https" && !source->proxy_for(named.url).empty()) {
    return option_error("--sse-c-key-file", remote::kShownToProxy, "no_proxy names who needs none");
  }
  SourceRequest request;
  static_cast<engine::HttpSourceSettings&>(request) = *std::move(source);
  become(request, std::move(named.object));
  return request;
}

std::unique_ptr<core::Source> make_source(SourceRequest request, SourcePorts ports) {
  if (request.object) {
    request.over = [object = *request.object, &stores = ports.stores](core::Transport& wire) {
      return stores.open(object, wire);
    };
  }
  return std::make_unique<engine::HttpSource>(std::move(request), ports.transport, ports.resolver,
                                              ports.clock);
}

Result<ChecksumListUrl> checksum_list(const JobSpec& spec, const Options& options,
                                      const net::Url& url,
                                      std::shared_ptr<const formats::Netrc> netrc) {
  const auto list_url = net::parse_url(spec.checksum_file);
  if (!list_url) return option_error("--checksum-file", list_url.error().cause);
  auto source = source_of(spec, options, *list_url, std::move(netrc));
  if (!source) return fail(std::move(source.error()));
  source->size.reset();
  return ChecksumListUrl{*std::move(source), net::without_secrets(list_url->text),
                         names_in_proof_files(spec, url)};
}

Result<void> check_location(const JobSpec& spec) {
  if (spec.location.empty() || !formats::country_of(spec.location).empty()) return {};
  return option_error("--location",
                      "\"" + spec.location + "\" is not a country's two letters, like de");
}

std::uint64_t lowest_rate(const Options& options) {
  std::uint64_t lowest = 0;
  const auto take = [&lowest](std::uint64_t rate) {
    if (rate > 0) lowest = lowest == 0 ? rate : std::min(lowest, rate);
  };
  take(options.limit_rate);
  take(options.limit_rate_per_host);
  for (const RateWindow& window : options.limit_rate_windows) take(window.rate);
  for (const HostOptions& host : options.hosts) take(host.limit_rate_per_host.value_or(0));
  return lowest;
}

Result<JobRequest> prepare(const JobSpec& spec, const Options& options, Logins logins,
                           std::optional<net::Origin> given_for) {
  if (auto sound = check_location(spec); !sound) return fail(std::move(sound.error()));
  if (auto sound = check_mode(spec); !sound) return fail(std::move(sound.error()));
  if (!logins.stores) logins.stores = std::make_shared<ObjectStores>(options.object_store);
  auto named = logins.stores->find(spec.url, StoreSide::Source, spec.version_id);
  if (!named) return fail(std::move(named.error()));
  const net::Url* const url = &named->url;
  JobRequest request;
  request.settings = settings_of(spec, options);
  auto target = choose_target(spec, name_in_url(*named));
  if (!target) return fail(std::move(target.error()));
  request.settings.path = std::move(target->path);
  request.settings.server_names_in = std::move(target->server_names_in);
  request.to_standard_output = spec.output == "-";
  request.server_mirrors = spec.server_mirrors;
  if (!spec.checksum.empty()) {
    auto digest = formats::parse_checksum_spec(spec.checksum);
    if (!digest) return fail(digest.error());
    request.settings.digest = *std::move(digest);
  }
  auto listed = take_proof_files(spec, names_in_proof_files(spec, *url), request.settings);
  if (!listed) return fail(std::move(listed.error()));
  if (is_fetched(spec.checksum_file) && !request.settings.digest) {
    auto list = checksum_list(spec, options, *url, logins.netrc);
    if (!list) return fail(std::move(list.error()));
    list->source.given_for = given_for ? given_for : url->origin;
    request.checksum_list = *std::move(list);
  }
  if (!spec.etag_file.empty()) {
    if (auto sound = ask_by_etag(spec, request); !sound) return fail(std::move(sound.error()));
  }
  if (named->object) request.settings.gives_way_to_metalink = request.server_mirrors = false;
  auto source = prepare_source(spec, options, *std::move(named), std::move(logins.netrc));
  if (!source) return fail(std::move(source.error()));
  request.source = *std::move(source);
  request.source.given_for = std::move(given_for);
  request.source.size = request.settings.size;
  for (const std::string& text : spec.mirrors) {
    auto mirror = mirror_of(request.source, options, *logins.stores, text);
    if (!mirror) return fail(std::move(mirror.error()));
    request.mirrors.push_back(*std::move(mirror));
  }
  add_listed_mirrors(*listed, options, *logins.stores, request);
  request.description = metalink_document(options);
  request.asked_with = asked_with(spec, request.source);
  if (auto sound = check_command(spec.refresh_command); !sound) return fail(sound.error());
  request.refresh_command = spec.refresh_command;
  request.connections = options.connections;
  request.max_connections_per_host = options.max_connections_per_host;
  return request;
}

Result<std::unique_ptr<engine::Job>> make_job(const JobRequest& request, RequestPorts ports,
                                              engine::Job::Tell tell,
                                              std::function<void()> give_way) {
  engine::JobParts parts;
  const auto mirror_at = mirror_maker(request, ports);
  parts.mirrors.push_back(mirror_at(request.source));
  for (const auto& mirror : request.mirrors) parts.mirrors.push_back(mirror_at(mirror));
  if (request.server_mirrors) parts.links = link_makers(request, ports);
  if (request.to_standard_output) {
    auto made =
        store::StreamSink::create(STDOUT_FILENO, ports.stream_writer, request.settings.digest);
    if (!made) return fail(std::move(made.error()));
    parts.stream = *std::move(made);
  }
  parts.refresher = make_refresher(request, ports.commands);
  parts.give_way = std::move(give_way);
  return std::make_unique<engine::Job>(request.settings, ports.job, std::move(parts),
                                       [asked = request.asked_with, etag_file = request.etag_file,
                                        tell = std::move(tell)](Event event) {
                                         if (auto* failed = std::get_if<Failed>(&event))
                                           advise(asked, failed->error);
                                         if (auto* done = std::get_if<Finished>(&event))
                                           keep_etag(etag_file, *done, tell);
                                         tell(std::move(event));
                                       });
}

}  // namespace xget::api
