#include "store/load_sidecar.hpp"

#include <cerrno>
#include <memory>
#include <span>

#include "base/partial_names.hpp"

namespace xget::store {
namespace {

Result<std::string> read_whole(core::File& file, std::size_t size) {
  std::string text(size, '\0');
  auto got = file.read_at(0, std::as_writable_bytes(std::span(text)));
  if (!got) return fail(std::move(got.error()));
  text.resize(*got);
  return text;
}

}  // namespace

std::string sidecar_name(const std::string& path, const std::string& name,
                         core::Folder& sidecar_folder, bool beside_file) {
  const std::size_t longest = sidecar_folder.longest_name();
  std::string own = sidecar_of(name);
  const bool fits = draft_of(own).size() <= longest;
  return beside_file && fits ? own : hashed_sidecar_of(path, longest);
}

tl::expected<Sidecar, std::string> load_sidecar(core::Folder& folder, const std::string& name) {
  auto file = folder.open(name, core::Access::Read);
  if (!file && file.error().number == ENOENT) {
    return tl::unexpected<std::string>("there is no sidecar");
  }
  if (!file) return tl::unexpected("the sidecar cannot be opened: " + file.error().cause);
  // Of what was opened: the name may be another file's by now.
  const auto info = (*file)->info();
  if (!info) return tl::unexpected("the sidecar cannot be looked at: " + info.error().cause);
  if (!info->regular || !info->ours) {
    return tl::unexpected<std::string>("the sidecar is no regular file of this user");
  }
  if (info->size > kMaxSidecarBytes) {
    return tl::unexpected<std::string>("the sidecar is too large to be one of xget's");
  }
  const auto text = read_whole(**file, static_cast<std::size_t>(info->size));
  if (!text) return tl::unexpected("the sidecar cannot be read: " + text.error().cause);
  auto sidecar = parse_sidecar(*text);
  if (!sidecar) return tl::unexpected("the sidecar is not believed: " + sidecar.error().cause);
  return std::move(*sidecar);
}

}  // namespace xget::store
