#include "cli/verb_table.hpp"

#include <algorithm>
#include <array>

#include "cli/bucket_verbs.hpp"
#include "cli/clean_verb.hpp"
#include "cli/config_verb.hpp"
#include "cli/cp_verb.hpp"
#include "cli/doctor_verb.hpp"
#include "cli/du_verb.hpp"
#include "cli/ls_verb.hpp"
#include "cli/presign_verb.hpp"
#include "cli/rm_verb.hpp"
#include "cli/stat_verb.hpp"
#include "cli/status_verb.hpp"
#include "cli/sync_verb.hpp"
#include "cli/uploads_verb.hpp"
#include "cli/verify_verb.hpp"

namespace xget::cli {
namespace {

constexpr std::size_t kOptionColumn = 26;

constexpr std::array kStatusOptions{
    VerbOption{"checkpoint-dir", "DIR", "the sidecars are in DIR"},
    VerbOption{"json", "", "print an object for each, one a line"},
};

constexpr std::array kVerifyOptions{
    VerbOption{"checksum", "DIGEST", "FILE's digest must be this: ALGORITHM:HEX"},
    VerbOption{"checksum-file", "FILE", "each FILE is looked up in this list of checksums"},
    VerbOption{"pieces", "FILE", "its pieces' digests are in this torrent or Metalink"},
    VerbOption{"checkpoint-dir", "DIR", "the sidecars are in DIR"},
    VerbOption{"json", "", "print an object for each, one a line"},
};

constexpr std::array kCleanOptions{
    VerbOption{"yes", "", "remove without asking; without it and a terminal nothing is removed"},
    VerbOption{"older-than", "TIME", "only what was not changed for so long: 12h, 7d"},
    VerbOption{"checkpoint-dir", "DIR", "the sidecars are in DIR"},
    VerbOption{"json", "", "print an object for each FILE, one a line, and do not ask"},
};

constexpr std::array kCopyOptions{
    VerbOption{"recursive", "", "copy all that is below SRC, a folder or a prefix, to below DST",
               'r'},
    VerbOption{"update", "",
               "with -r, of what DST has already copy only what is newer or of another size", 'u'},
    VerbOption{"include", "GLOB",
               "of a folder's files, copy these, too, though an --exclude before "
               "takes them; the last that takes a path decides"},
    VerbOption{"exclude", "GLOB", "of a folder's files, leave these; * ends at a /, ** does not"},
    VerbOption{"follow-symlinks", "", "copy what links lead to; else they are passed over"},
    VerbOption{"part-size", "SIZE",
               "send files in parts of SIZE; else in 8 MiB, or more where those would be too many"},
    VerbOption{"content-type", "TYPE",
               "the objects' media type; else the source's, or guessed from their names"},
    VerbOption{"storage-class", "CLASS", "store them in CLASS (STANDARD_IA, GLACIER, ...)"},
    VerbOption{"acl", "ACL", "who may read them (private, public-read, ...)"},
    VerbOption{"cache-control", "TEXT", "what their Cache-Control says"},
    VerbOption{"sse", "AES256|aws:kms|aws:kms:dsse",
               "have the store encrypt them, with keys of its own or of its key service; alone it "
               "means AES256",
               0, "AES256"},
    VerbOption{"sse-kms-key-id", "ID", "with this key of its key service; means --sse=aws:kms"},
    VerbOption{"metadata", "KEY=VALUE", "more metadata; may be given several times"},
    VerbOption{"no-clobber", "", "leave an object that is there, and fail"},
    VerbOption{"src-profile", "NAME", "who asks for SRC: this profile, instead of --profile"},
    VerbOption{"dst-profile", "NAME", "who asks for DST, likewise"},
    VerbOption{"src-endpoint-url", "URL", "the store that SRC is in, instead of --endpoint-url"},
    VerbOption{"dst-endpoint-url", "URL", "the store that DST is in, likewise"},
    VerbOption{"src-sse-c-key-file", "FILE",
               "from store to store, what --sse-c-key-file is for DST: the key of SRC's objects"},
};

constexpr std::array kSyncOptions{
    VerbOption{"delete", "", "remove what DST has and SRC has not, as it is found"},
    VerbOption{"delete-after", "",
               "remove it once all copies have ended well, after both sides are listed anew"},
    VerbOption{"delay-updates", "",
               "into a folder: put new files into their places together, once all are there"},
    VerbOption{"size-only", "", "leave what has the same size, whenever it was changed"},
    VerbOption{"checksum", "", "read files of the same size, and leave those with the same bytes"},
    VerbOption{"include", "GLOB",
               "take these, too, though an --exclude before takes them; the last that takes a path "
               "decides"},
    VerbOption{"exclude", "GLOB", "leave these on both sides; * ends at a /, ** does not"},
    VerbOption{"follow-symlinks", "", "take what links lead to; else they are passed over"},
    VerbOption{"part-size", "SIZE",
               "send files in parts of SIZE; else in 8 MiB, or more where those would be too many"},
    VerbOption{"content-type", "TYPE", "the objects' media type; else guessed from their names"},
    VerbOption{"storage-class", "CLASS", "store them in CLASS (STANDARD_IA, GLACIER, ...)"},
    VerbOption{"acl", "ACL", "who may read them (private, public-read, ...)"},
    VerbOption{"cache-control", "TEXT", "what their Cache-Control says"},
    VerbOption{"sse", "AES256|aws:kms|aws:kms:dsse",
               "have the store encrypt them, with keys of its own or of its key service; alone it "
               "means AES256",
               0, "AES256"},
    VerbOption{"sse-kms-key-id", "ID", "with this key of its key service; means --sse=aws:kms"},
    VerbOption{"metadata", "KEY=VALUE", "more metadata; may be given several times"},
    VerbOption{"src-profile", "NAME", "who asks for SRC: this profile, instead of --profile"},
    VerbOption{"dst-profile", "NAME", "who asks for DST, likewise"},
    VerbOption{"src-endpoint-url", "URL", "the store that SRC is in, instead of --endpoint-url"},
    VerbOption{"dst-endpoint-url", "URL", "the store that DST is in, likewise"},
    VerbOption{"src-sse-c-key-file", "FILE",
               "from store to store, what --sse-c-key-file is for DST: the key of SRC's objects"},
};

constexpr std::array kStatOptions{
    VerbOption{"version-id", "ID", "look at this version of URL, and not at the one there now"},
};

constexpr std::array kPresignOptions{
    VerbOption{"expires", "TIME", "the URLs are good for so long, at most 7d (1h)"},
    VerbOption{"put", "", "by them the objects can be sent; else they can be fetched"},
    VerbOption{"version-id", "ID", "this version of URL, and not the one that is there then"},
};

constexpr std::array kUploadsOptions{
    VerbOption{"older-than", "TIME", "abort: those that were begun so long ago: 12h, 7d"},
    VerbOption{"upload-id", "ID", "abort: this one of URL, an object's"},
    VerbOption{"parts", "", "ls: say how much of each is there; one request more for each"},
};

constexpr std::array kListOptions{
    VerbOption{"recursive", "", "list all that is below, too; else what is behind a / is one", 'r'},
    VerbOption{"bytes", "", "print sizes in bytes"},
};

constexpr std::array kUsageOptions{
    VerbOption{"max-depth", "N", "say it of the folders N levels below, too (0)", 'd'},
    VerbOption{"bytes", "", "print sizes in bytes"},
};

constexpr std::array kRemoveOptions{
    VerbOption{
        "recursive", "",
        "delete the object of KEY and all that is below KEY/; s3://BUCKET/ is all of a bucket",
        'r'},
    VerbOption{"include", "GLOB",
               "of a tree's objects, delete these, too, though an --exclude before takes them; the "
               "last that takes a path decides"},
    VerbOption{"exclude", "GLOB", "of a tree's objects, leave these; * ends at a /, ** does not"},
    VerbOption{"version-id", "ID",
               "delete this version of URL, for good; else a bucket that keeps versions keeps all"},
};

constexpr std::array kRemoveBucketOptions{
    VerbOption{"force", "", "delete the objects in it before"},
};

constexpr std::array kTable{
    VerbRow{"cp", "SRC... DST",
            "copy files and URLs to objects of a store (s3://BUCKET/KEY, oss://BUCKET/KEY), and "
            "objects and URLs to files; DST is a folder or a prefix if it ends in / or several SRC "
            "are given",
            kCopyOptions, true, copy},
    VerbRow{
        "sync", "SRC DST",
        "copy what is below SRC and is missing below DST, of another size there, or newer; each is "
        "a folder or a prefix of a store (s3://BUCKET/PREFIX), and one at least a prefix",
        kSyncOptions, true, synchronise},
    VerbRow{"ls", "[URL...]",
            "list what a bucket holds, or the object of a KEY and what is below KEY/ "
            "(s3://BUCKET/KEY), with times in UTC; without a URL, the buckets",
            kListOptions, true, list_objects},
    VerbRow{"du", "URL...",
            "say how many objects there are in a bucket, or at and below a KEY, and their bytes",
            kUsageOptions, true, show_usage},
    VerbRow{"stat", "URL...",
            "say what a store says of objects: size, time, ETag, type, checksums, metadata, ...; "
            "--json prints an object for each",
            kStatOptions, true, show_objects},
    VerbRow{"presign", "URL...",
            "print URLs of the web by which anybody can fetch objects of a store for a while",
            kPresignOptions, true, presign_objects},
    VerbRow{
        "rm", "URL...",
        "delete objects (s3://BUCKET/KEY), or with -r all that is at and below a KEY; --dry-run "
        "only says which",
        kRemoveOptions, true, remove_objects},
    VerbRow{"mb",
            "URL...",
            "make buckets (s3://BUCKET), in the region that --region says",
            {},
            true,
            make_buckets},
    VerbRow{"rb", "URL...", "remove buckets, which must be empty", kRemoveBucketOptions, true,
            remove_buckets},
    VerbRow{
        "uploads", "ls|abort URL...",
        "list the uploads that were never finished and whose parts are still stored, in a bucket "
        "or at and below KEY (s3://BUCKET/KEY); or abort those --older-than TIME "
        "(--dry-run only says which)",
        kUploadsOptions, true, show_or_abort_uploads},
    VerbRow{"status", "[DIR|FILE...]",
            "list partial downloads: how much is there, from where, and what goes on with them",
            kStatusOptions, false, show_status},
    VerbRow{
        "verify", "FILE...",
        "read files again, and say whether they are what a digest, or xget's own record, names; "
        "of FILE.partial, which bytes of it hold",
        kVerifyOptions, false, verify_files},
    VerbRow{"clean", "[DIR|FILE...]",
            "remove what unfinished downloads left: partials, their sidecars, what was set aside; "
            "nothing that is in use or not provably xget's own",
            kCleanOptions, false, clean},
    VerbRow{"doctor",
            "[OPTION...] URL",
            "say whether a download would work, what it would rest on, and what helps",
            {},
            true,
            examine},
    VerbRow{"config",
            "[OPTION...]",
            "show which options are in force, and where each comes from",
            {},
            true,
            show_config},
};

}  // namespace

std::span<const VerbRow> verb_table() { return kTable; }

const VerbRow* verb_named(std::string_view name) {
  const auto* found = std::find_if(kTable.begin(), kTable.end(),
                                   [&](const VerbRow& row) { return row.name == name; });
  return found == kTable.end() ? nullptr : found;
}

std::string verb_help(const VerbRow& verb) {
  std::string text = "Usage: xget " + std::string(verb.name);
  if (!verb.options.empty()) text += " [OPTION...]";
  if (!verb.arguments.empty()) text.append(" ").append(verb.arguments);
  text.append("\n\n").append(verb.help).append("\n");
  if (!verb.options.empty()) text += "\n";
  for (const VerbOption& option : verb.options) {
    std::string left = option.letter == 0 ? "  " : std::string("  -") + option.letter + ", ";
    left += "--" + std::string(option.name);
    if (!option.alone.empty()) {
      left.append("[=").append(option.value_name).append("]");
    } else if (!option.value_name.empty()) {
      left.append(" ").append(option.value_name);
    }
    left.append(left.size() < kOptionColumn ? kOptionColumn - left.size() : 1, ' ');
    text += left.append(option.help).append("\n");
  }
  if (verb.takes_download_options) text += "\nxget --help lists the options.\n";
  return text;
}

bool asks_for_help(std::span<const std::string> words) {
  for (const std::string& word : words) {
    if (word == "--") return false;
    if (word == "--help" || word == "-h") return true;
  }
  return false;
}

}  // namespace xget::cli
