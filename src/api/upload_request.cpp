#include "api/upload_request.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "api/option_error.hpp"
#include "base/header_line.hpp"
#include "base/path_parts.hpp"
#include "base/text.hpp"
#include "formats/content_type.hpp"
#include "remote/object_url.hpp"
#include "remote/upload_checkpoint.hpp"

namespace xget::api {
namespace {

namespace fs = std::filesystem;

constexpr int kConnections = 8;  // what is sent says little of what more would bring

// Where the file is, whatever links lead to it.
Result<std::string> whole_path(const std::string& path) {
  std::error_code failed;
  const fs::path found = fs::canonical(path, failed);
  if (!failed) return found.string();
  return fail({.code = ErrorCode::Disk,
               .operation = "upload",
               .subject = printable(path),
               .number = failed.value(),
               .cause = failed.message()});
}

Result<core::Header> field(const std::string& option, const std::string& name,
                           const std::string& value) {
  auto line = parse_header_line(name + ": " + value);
  if (!line) return option_error(option, std::move(line.error()));
  if (line->name != name) return option_error(option, "the name has a colon in it");
  return core::Header{std::move(line->name), std::move(line->value)};
}

Result<core::Header> metadata_field(const std::string& prefix, const std::string& name,
                                    const std::string& value) {
  if (name.empty()) return option_error("--metadata", "it has no name");
  if (lower_case(name).starts_with("xget-")) {
    return option_error("--metadata", "names that begin with \"xget-\" are xget's own");
  }
  return field("--metadata", prefix + "meta-" + name, value);
}

Result<std::vector<core::Header>> object_headers(const UploadSpec& spec, remote::StoreKind store) {
  const std::string prefix = store == remote::StoreKind::S3 ? "x-amz-" : "x-oss-";
  const std::string& url = spec.url;
  const std::string guessed(spec.from ? "" : formats::content_type_of(url));
  const bool s3 = store == remote::StoreKind::S3;
  struct Said {
    const char* option;
    std::string name;
    const std::string& value;
  };
  const std::vector<Said> all{
      {"--content-type", "Content-Type", spec.content_type.empty() ? guessed : spec.content_type},
      {"--storage-class", prefix + "storage-class", spec.storage_class},
      {"--acl", s3 ? "x-amz-acl" : "x-oss-object-acl", spec.acl},
      {"--cache-control", "Cache-Control", spec.cache_control}};
  std::vector<core::Header> headers;
  for (const auto& [option, name, value] : all) {
    if (value.empty()) continue;
    auto header = field(option, name, value);
    if (!header) return fail(std::move(header.error()));
    headers.push_back(*std::move(header));
  }
  for (const auto& [name, value] : spec.metadata) {
    auto header = metadata_field(prefix, name, value);
    if (!header) return fail(std::move(header.error()));
    headers.push_back(*std::move(header));
  }
  return headers;
}

Result<std::string> checkpoint_folder(const UploadSpec& spec, const Options& options,
                                      core::FileSystem& files) {
  std::string folder = spec.checkpoint_folder;
  if (spec.dry_run || (folder.empty() && options.state_folder.empty())) return std::string();
  if (folder.empty()) folder = options.state_folder + "/uploads";
  if (auto made = files.make_folder(folder); !made) return fail(std::move(made.error()));
  return folder;
}

struct Encryption {
  std::string algorithm;  // as the store calls it; empty: none is asked for
  std::string kms_key_id;
};

// S3 and OSS have their own words for what is nearly the same.
Result<Encryption> encryption_of(const UploadSpec& spec, const ObjectRequest& to) {
  const bool s3 = to.bucket.endpoint.store == remote::StoreKind::S3;
  Encryption wanted{spec.encryption, spec.kms_key_id};
  if (wanted.algorithm.empty() && !wanted.kms_key_id.empty()) wanted.algorithm = "aws:kms";
  if (wanted.algorithm.empty()) return wanted;
  if (to.object.customer_key) {
    return option_error("--sse",
                        "contradicts --sse-c-key-file: the store has one key or the other");
  }
  if (!s3 && wanted.algorithm == "aws:kms") wanted.algorithm = "KMS";
  const std::vector<std::string> known =
      s3 ? std::vector<std::string>{"AES256", "aws:kms", "aws:kms:dsse"}
         : std::vector<std::string>{"AES256", "KMS", "SM4"};
  if (std::find(known.begin(), known.end(), wanted.algorithm) == known.end()) {
    return option_error("--sse", "\"" + printable(wanted.algorithm) + "\" is none of " + known[0] +
                                     ", " + known[1] + " and " + known[2]);
  }
  if (!wanted.kms_key_id.empty() && (wanted.algorithm == "AES256" || wanted.algorithm == "SM4")) {
    return option_error(
        "--sse-kms-key-id",
        "names a key of the key service, and --sse=" + wanted.algorithm + " asks for none",
        "--sse=aws:kms");
  }
  return wanted;
}

Result<void> add_encryption(const Encryption& wanted, remote::StoreKind store,
                            remote::UploadSettings& settings) {
  if (wanted.algorithm.empty()) return {};
  const bool s3 = store == remote::StoreKind::S3;
  const std::string prefix = s3 ? "x-amz-server-side-encryption" : "x-oss-server-side-encryption";
  settings.object_headers.push_back({prefix, wanted.algorithm});
  settings.encryption = wanted.algorithm;
  settings.etags_are_md5s = wanted.algorithm == "AES256";
  if (wanted.kms_key_id.empty()) return {};
  auto key =
      field("--sse-kms-key-id", prefix + (s3 ? "-aws-kms-key-id" : "-key-id"), wanted.kms_key_id);
  if (!key) return fail(std::move(key.error()));
  settings.object_headers.push_back(*std::move(key));
  settings.encryption += " " + wanted.kms_key_id;
  return {};
}

// Whether what is said of the object differs from what a copy takes along.
bool describes_object(const UploadSpec& spec) {
  return !spec.content_type.empty() || !spec.cache_control.empty() || !spec.metadata.empty();
}

Result<ObjectRequest> destination_at(const std::string& url, ObjectStores& stores) {
  auto named = stores.find(url, StoreSide::Destination);
  if (!named) return fail(std::move(named.error()));
  if (named->object) return *std::move(named->object);
  return option_error(net::without_secrets(url), "it is no object's URL: s3://BUCKET/KEY");
}

remote::ObjectUrl url_of(const ObjectRequest& object) {
  return {object.bucket.endpoint.store, object.bucket.bucket, object.object.key};
}

using AnySource = decltype(UploadRequest::source);

// A source, and what it is called where checkpoints are named.
struct NamedSource {
  AnySource source;
  std::string path;   // for messages
  std::string whole;  // one for each
};

Result<NamedSource> file_source(const UploadSpec& spec, bool hashes_payload) {
  const auto path = whole_path(spec.file);
  if (!path) return fail(path.error());
  const PathParts parts = parts_of(*path);
  remote::FileSourceSettings file{.folder = std::string(parts.folder),
                                  .file = std::string(parts.name),
                                  .path = printable(spec.file),
                                  .hashes_payload = hashes_payload};
  return NamedSource{file, file.path, *path};
}

remote::RelaySettings relay_settings(const Options& options, bool hashes_payload) {
  return {.reader = {.retry = retry_limits(options),
                     .stall_timeout = options.stall_timeout,
                     .connect_timeout = options.connect_timeout},
          .hashes_payload = hashes_payload,
          .connections = options.connections.value_or(kConnections)};
}

Result<ObjectCopy> object_copy(WebCopy bytes, const UploadSpec& spec, const ObjectRequest& to) {
  const ObjectRequest& from = *bytes.from.object;
  const remote::ObjectUrl url = url_of(from);
  const bool in_store = from.bucket.account == to.bucket.account;  // so that who writes may read
  const std::string& version = spec.from->version_id;
  const bool encrypts = !spec.encryption.empty() || !spec.kms_key_id.empty() ||
                        from.object.customer_key != to.object.customer_key;
  if (in_store && url == url_of(to) && version.empty() && !describes_object(spec) && !encrypts &&
      spec.storage_class.empty() && spec.acl.empty()) {
    return option_error(from.name, "it would be copied onto itself");
  }
  remote::ObjectSourceSettings settings{.object = url,
                                        .name = from.name,
                                        .version_id = version,
                                        .in_store = in_store,
                                        .to = to.bucket.endpoint.store,
                                        .customer_key = from.object.customer_key};
  return ObjectCopy{std::move(settings), std::move(bytes)};
}

Result<NamedSource> url_source(const UploadSpec& spec, const Options& options,
                               const ObjectRequest& to, ObjectStores& stores,
                               std::shared_ptr<const formats::Netrc> netrc) {
  auto named = stores.find(spec.from->url, StoreSide::Source, spec.from->version_id);
  if (!named) return fail(std::move(named.error()));
  auto from = prepare_source(*spec.from, options, *std::move(named), std::move(netrc));
  if (!from) return fail(std::move(from.error()));
  const bool hashes_payload = to.object.place.scheme == remote::Scheme::Http;
  WebCopy copy{.from = *std::move(from),
               .relay = relay_settings(options, hashes_payload),
               .default_type = std::string(formats::content_type_of(spec.url))};
  const std::string whole = copy.from.url.text;
  const std::string path = copy.from.object ? copy.from.name : net::without_secrets(whole);
  if (!copy.from.object) return NamedSource{std::move(copy), path, whole};
  auto object = object_copy(std::move(copy), spec, to);
  if (!object) return fail(std::move(object.error()));
  return NamedSource{*std::move(object), path, whole};
}

std::unique_ptr<remote::WebSource> make_web_source(const WebCopy& copy,
                                                   const UploadSourcePorts& ports) {
  return std::make_unique<remote::WebSource>(copy.relay, copy.default_type,
                                             make_source(copy.from, ports.source), ports.relay);
}

}  // namespace

Result<UploadRequest> prepare_upload(const UploadSpec& spec, const Options& options,
                                     ObjectStores& stores, core::FileSystem& files,
                                     std::shared_ptr<const formats::Netrc> netrc) {
  auto object = destination_at(spec.url, stores);
  if (!object) return fail(std::move(object.error()));
  const bool hashes_payload = object->object.place.scheme == remote::Scheme::Http;
  auto source = spec.from ? url_source(spec, options, *object, stores, std::move(netrc))
                          : file_source(spec, hashes_payload);
  if (!source) return fail(std::move(source.error()));
  auto plan = remote::plan_upload(0, spec.part_size);
  if (!plan) return fail(std::move(plan.error()));
  auto headers = object_headers(spec, object->bucket.endpoint.store);
  if (!headers) return fail(std::move(headers.error()));
  const auto encryption = encryption_of(spec, *object);
  if (!encryption) return fail(encryption.error());
  auto checkpoints = checkpoint_folder(spec, options, files);
  if (!checkpoints) return fail(std::move(checkpoints.error()));
  remote::UploadSettings settings;
  if (spec.from) settings.operation = "copy";
  settings.path = source->path;
  settings.key = object->object.key;
  settings.name = object->name;
  settings.part_size = spec.part_size;
  settings.object_headers = *std::move(headers);
  settings.describes_object = describes_object(spec);
  settings.customer_key = object->object.customer_key;
  settings.etags_are_md5s = !settings.customer_key;
  auto encrypted = add_encryption(*encryption, object->bucket.endpoint.store, settings);
  if (!encrypted) return fail(std::move(encrypted.error()));
  settings.hashes_payload = hashes_payload;
  settings.keep_existing = spec.keep_existing;
  settings.connections = options.connections.value_or(kConnections);
  settings.on_change = spec.on_change;
  settings.checkpoint_folder = *std::move(checkpoints);
  settings.checkpoint_name = remote::name_of_checkpoint(authority(object->object.place),
                                                        to_text(url_of(*object)), source->whole);
  return UploadRequest{std::move(settings), *std::move(object), std::move(source->source)};
}

std::unique_ptr<remote::UploadSource> make_source(const UploadRequest& request,
                                                  UploadSourcePorts ports) {
  if (const auto* file = std::get_if<remote::FileSourceSettings>(&request.source)) {
    return std::make_unique<remote::FileSource>(*file, ports.files, ports.relay.worker);
  }
  if (const auto* web = std::get_if<WebCopy>(&request.source)) return make_web_source(*web, ports);
  const auto& copy = std::get<ObjectCopy>(request.source);
  return std::make_unique<remote::ObjectSource>(
      copy.settings, ports.source.stores.access(copy.bytes.from.object->bucket),
      make_web_source(copy.bytes, ports),
      remote::ObjectSourcePorts{ports.client, ports.relay.worker});
}

Planned plan_of(const UploadRequest& request) {
  Planned planned{.job = request.settings.id,
                  .step = PlannedStep::Send,
                  .url = request.settings.path,
                  .path = request.settings.name,
                  .connections = request.settings.connections,
                  .proof = Proof::Digest,
                  .rests_on = "each part's MD5, and the store's ETag"};
  if (const auto* file = std::get_if<remote::FileSourceSettings>(&request.source)) {
    std::error_code unseen;
    const std::uintmax_t size = fs::file_size(fs::path(file->folder) / file->file, unseen);
    if (!unseen) planned.size = size;
  } else {
    planned.proof = Proof::StrongValidator;
    planned.rests_on = "its ETag, and that of the copy, where they have one";
  }
  return planned;
}

}  // namespace xget::api
