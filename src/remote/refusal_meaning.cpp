#include "remote/refusal_meaning.hpp"

#include "base/shell_word.hpp"
#include "base/text.hpp"

namespace xget::remote {
namespace {

// Bringing it back costs money, so it is for its owner to decide.
std::string archived(const StoreError& error, const ObjectUrl& object) {
  std::string text = "it is archived";
  if (!error.storage_class.empty()) text += " in " + printable(error.storage_class);
  text += " and has not been restored; ";
  if (object.store == StoreKind::Oss) {
    return text + "ossutil restore " + shell_quoted(to_text(object)) + " asks for it";
  }
  return text + "aws s3api restore-object --bucket " + shell_quoted(object.bucket) + " --key " +
         shell_quoted(object.key) + " --restore-request Days=7 asks for it";
}

}  // namespace

std::string meaning_of(const StoreError& error, int status, const ObjectUrl& object) {
  if (error.code == "InvalidObjectState") return archived(error, object);
  std::string said = printable(error.message.empty() ? error.code : error.message);
  switch (trouble_of(error, status)) {
    case StoreTrouble::NoBucket: return "there is no bucket " + printable(object.bucket);
    case StoreTrouble::NoKey: return "there is no such object";
    case StoreTrouble::Condition: return "the object is another one by now";
    case StoreTrouble::OtherTime: return "the store's clock is another one: " + said;
    default: return said;
  }
}

}  // namespace xget::remote
