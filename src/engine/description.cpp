#include "engine/description.hpp"

#include <algorithm>
#include <utility>

#include "base/encoding.hpp"
#include "formats/metalink.hpp"
#include "net/url.hpp"

namespace xget::engine {
namespace {

tl::unexpected<Error> left_aside(std::string cause) {
  return fail({.code = ErrorCode::Usage, .cause = std::move(cause)});
}

// The URL as the resource's own are known. Empty: nothing can be fetched from it.
std::string shown(const formats::MetalinkUrl& url) {
  const auto parsed = net::parse_url(url.url);
  return parsed ? net::without_secrets(parsed->text) : std::string();
}

bool is_of(const DescribedResource& resource, const std::string& shown_url) {
  const auto& urls = resource.urls;
  return std::find(urls.begin(), urls.end(), shown_url) != urls.end();
}

// nullptr: none, or several.
const formats::MetalinkFile* entry_for(const formats::Metalink& metalink,
                                       const DescribedResource& resource) {
  const auto lists_it = [&](const formats::MetalinkFile& file) {
    return std::any_of(file.urls.begin(), file.urls.end(),
                       [&](const auto& url) { return is_of(resource, shown(url)); });
  };
  const auto listed = std::find_if(metalink.files.begin(), metalink.files.end(), lists_it);
  if (listed != metalink.files.end()) return &*listed;
  for (const std::string& text : resource.urls) {
    const auto url = net::parse_url(text);
    const auto* named = url ? formats::find_file(metalink, percent_decoded(url->path)) : nullptr;
    if (named != nullptr) return named;
  }
  return nullptr;
}

bool contradict(const std::vector<ExpectedDigest>& said, const std::vector<ExpectedDigest>& known) {
  return std::any_of(said.begin(), said.end(), [&](const ExpectedDigest& one) {
    return std::any_of(known.begin(), known.end(), [&](const ExpectedDigest& other) {
      return one.algorithm == other.algorithm && one.hex != other.hex;
    });
  });
}

std::vector<core::LinkedMirror> mirrors_in(const formats::MetalinkFile& file,
                                           const DescribedResource& resource) {
  std::vector<core::LinkedMirror> mirrors;
  for (const formats::MetalinkUrl& each : file.urls) {
    const auto url = net::parse_url(each.url);
    if (!url || is_of(resource, net::without_secrets(url->text))) continue;
    mirrors.push_back({.url = url->text, .location = each.location});
  }
  return mirrors;
}

}  // namespace

Result<Description> read_description(std::string_view metalink, const DescribedResource& resource) {
  auto parsed = formats::parse_metalink(metalink);
  if (!parsed) return left_aside(parsed.error().subject + ": " + parsed.error().cause);
  const formats::MetalinkFile* file = entry_for(*parsed, resource);
  if (file == nullptr) return left_aside("it does not describe " + resource.urls.front());
  if (file->size && *file->size != resource.size) {
    return left_aside("it describes " + std::to_string(*file->size) + " bytes, and there are " +
                      std::to_string(resource.size));
  }
  if (contradict(file->digests, resource.digests)) {
    return left_aside("its digest is another one than what is known already");
  }
  return Description{mirrors_in(*file, resource), file->digests};
}

}  // namespace xget::engine
