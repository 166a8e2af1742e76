#include "exchange/bundle_file.hpp"

#include <algorithm>
#include <charconv>
#include <memory>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "exchange/source.hpp"

namespace tocsin::exchange {
namespace {

/// The first line, and what every signature of a bundle begins with: the key signs nothing else that does.
constexpr std::string_view kMagic = "tocsin-bundle ";
constexpr const char* kCompressionLevel = "19";
constexpr std::size_t kHeadLineMax = 128;
constexpr std::size_t kHexBytes = 128;
constexpr std::size_t kNameBytesMax = 1024;
/// Of what issuers write; nothing else bounds that.
constexpr std::size_t kOriginBytesMax = std::size_t{1} << 16;

std::string head_line(int format) { return fmt::format("{}{}\n", kMagic, format); }

bool is_known(std::int64_t format) { return format >= kBundleFormatOldest && format <= kBundleFormat; }

Error no_memory() { return Error::unavailable("There is no memory to pack or unpack the bundle"); }

struct FreeWriter {
  void operator()(archive* each) const { archive_write_free(each); }
};
struct FreeReader {
  void operator()(archive* each) const { archive_read_free(each); }
};

extern "C" la_ssize_t tocsin_bundle_append(archive*, void* into, const void* bytes, std::size_t size) {
  static_cast<std::string*>(into)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

/// Zstandard, one frame.
class Packer {
 public:
  Status begin() {
    archive_.reset(archive_write_new());
    if (archive_ == nullptr) return no_memory();
    auto* writer = archive_.get();
    archive_write_set_bytes_per_block(writer, 0);
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry{archive_entry_new(), archive_entry_free};
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    const bool begun =
        archive_write_set_format_raw(writer) == ARCHIVE_OK && archive_write_add_filter_zstd(writer) == ARCHIVE_OK &&
        archive_write_set_filter_option(writer, "zstd", "compression-level", kCompressionLevel) == ARCHIVE_OK &&
        archive_write_open(writer, &packed_, nullptr, tocsin_bundle_append, nullptr) == ARCHIVE_OK &&
        archive_write_header(writer, entry.get()) == ARCHIVE_OK;
    return begun ? ok() : failed();
  }
  Status add(std::string_view bytes) {
    if (bytes.empty()) return ok();
    const auto written = archive_write_data(archive_.get(), bytes.data(), bytes.size());
    return written == static_cast<la_ssize_t>(bytes.size()) ? ok() : failed();
  }
  Result<std::string> end() {
    if (archive_write_close(archive_.get()) != ARCHIVE_OK) return failed().error();
    return std::move(packed_);
  }

 private:
  Status failed() const {
    const char* reason = archive_error_string(archive_.get());
    return Error::unavailable("The bundle cannot be packed", reason == nullptr ? "" : reason);
  }
  std::string packed_;
  std::unique_ptr<archive, FreeWriter> archive_;
};

/// The way back, in pieces.
class Unpacker {
 public:
  Status begin(std::string_view packed) {
    archive_.reset(archive_read_new());
    if (archive_ == nullptr) return no_memory();
    auto* reader = archive_.get();
    archive_entry* entry = nullptr;
    const bool begun = archive_read_support_filter_zstd(reader) == ARCHIVE_OK &&
                       archive_read_support_format_raw(reader) == ARCHIVE_OK &&
                       archive_read_open_memory(reader, packed.data(), packed.size()) == ARCHIVE_OK &&
                       archive_read_next_header(reader, &entry) == ARCHIVE_OK;
    // What is not packed at all would be handed through as it is.
    const bool packed_so = begun && archive_filter_count(reader) == 2;
    return packed_so ? ok() : damaged();
  }
  /// Exactly so many bytes. Memory grows with what really comes, not with what was announced.
  Result<std::string> take(std::uint64_t count) {
    constexpr std::size_t kPiece = std::size_t{1} << 20;
    std::string bytes;
    while (bytes.size() < count) {
      const auto before = bytes.size();
      bytes.resize(before + static_cast<std::size_t>(std::min<std::uint64_t>(count - before, kPiece)));
      const auto got = archive_read_data(archive_.get(), bytes.data() + before, bytes.size() - before);
      if (got <= 0) return damaged().error();
      bytes.resize(before + static_cast<std::size_t>(got));
    }
    return bytes;
  }
  /// To the end: its size stands nowhere.
  Result<std::string> take_all(std::size_t bytes_max) {
    std::string bytes;
    std::vector<char> piece(std::size_t{1} << 16);
    for (;;) {
      const auto got = archive_read_data(archive_.get(), piece.data(), piece.size());
      if (got < 0) return damaged().error();
      if (got == 0) return bytes;
      bytes.append(piece.data(), static_cast<std::size_t>(got));
      if (bytes.size() > bytes_max) return Error::too_large("The bundle's list", bytes_max);
    }
  }
  /// Nothing may stand behind what was announced.
  Status end() {
    char one = 0;
    return archive_read_data(archive_.get(), &one, 1) == 0 ? ok() : damaged();
  }

 private:
  static Status damaged() {
    return Error::invalid("The bundle's content is not what its signed list says: it was made wrongly, or changed");
  }
  std::unique_ptr<archive, FreeReader> archive_;
};

boost::json::object manifest_json(const BundleManifest& manifest, std::uint64_t content_bytes,
                                  const std::string& packed) {
  boost::json::object out;
  out["format"] = manifest.format;
  out["sequence"] = manifest.sequence;
  out["previous"] = nullptr;
  if (manifest.previous) {
    out["previous"] =
        boost::json::object{{"sequence", manifest.previous->sequence}, {"digest", manifest.previous->digest}};
  }
  out["created"] = format_rfc3339(manifest.created);
  out["issuer"] = manifest.issuer;
  out["recipient"] = manifest.recipient;
  out["content"] =
      boost::json::object{{"bytes", content_bytes}, {"packed", packed.size()}, {"sha512", sha512_hex(packed)}};
  boost::json::array entries;
  for (const auto& each : manifest.entries) {
    boost::json::object entry;
    entry["kind"] = each.kind;
    entry["name"] = each.name;
    entry["bytes"] = each.bytes;
    entry["sha512"] = each.sha512;
    if (!each.tlp.empty()) entry["tlp"] = each.tlp;
    if (!each.audience.empty()) entry["audience"] = each.audience;
    entries.push_back(std::move(entry));
  }
  out["entries"] = std::move(entries);
  if (manifest.format == 1) return out;
  boost::json::array withdrawn;
  for (const auto& each : manifest.withdrawn) {
    withdrawn.push_back(boost::json::object{{"issuer", each.issuer}, {"id", each.key}});
  }
  out["withdrawn"] = std::move(withdrawn);
  return out;
}

Error wrong(std::string_view what, std::string where) { return Error::invalid(std::string{what}, std::move(where)); }

Result<std::int64_t> number_at(const boost::json::value& object, std::string_view member, std::string_view where,
                               std::int64_t least) {
  const auto* found = json::find(object, member);
  std::int64_t value = -1;
  if (found != nullptr && found->is_int64()) value = found->get_int64();
  if (value < least) {
    return wrong(fmt::format("A whole number of at least {} was expected", least), json::pointer_append(where, member));
  }
  return value;
}

Result<std::string> text_at(const boost::json::value& object, std::string_view member, std::string_view where,
                            std::size_t bytes_max = kNameBytesMax) {
  const auto* found = json::find(object, member);
  if (found == nullptr || !found->is_string() || found->get_string().size() > bytes_max) {
    return wrong(fmt::format("A text of at most {} bytes was expected", bytes_max),
                 json::pointer_append(where, member));
  }
  return std::string{std::string_view{found->get_string()}};
}

Result<std::string> digest_at(const boost::json::value& object, std::string_view member, std::string_view where) {
  TRY(auto text, text_at(object, member, where));
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (text.size() != kHexBytes || !std::ranges::all_of(text, is_hex)) {
    return wrong("A SHA-512 as 128 hex digits was expected", json::pointer_append(where, member));
  }
  return text;
}

struct Content {
  std::uint64_t bytes = 0, packed = 0;
  std::string sha512;
};

Status read_withdrawn(const boost::json::value& root, BundleManifest& manifest) {
  const auto* list = json::find(root, "withdrawn");
  if (manifest.format == 1) {
    return list == nullptr ? ok() : wrong("A bundle of format 1 takes nothing back", "/withdrawn");
  }
  if (list == nullptr || !list->is_array()) return wrong("A list was expected", "/withdrawn");
  const auto& all = list->get_array();
  if (all.size() > kBundleEntriesMax) {
    return wrong(fmt::format("The bundle takes back more than {} advisories", text::thousands(kBundleEntriesMax)),
                 "/withdrawn");
  }
  if (!all.empty() && !manifest.previous) {
    return wrong("A bundle that follows none takes back what is not in it, and names nothing", "/withdrawn");
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto where = json::pointer_append("/withdrawn", i);
    BundleWithdrawal each;
    TRY(each.issuer, text_at(all[i], "issuer", where, kOriginBytesMax));
    TRY(each.key, text_at(all[i], "id", where, kOriginBytesMax));
    manifest.withdrawn.push_back(std::move(each));
  }
  return ok();
}

/// `head`: the format that the first line says.
Result<BundleManifest> read_manifest(const boost::json::value& root, int head, Content& content) {
  BundleManifest manifest;
  manifest.format = head;
  TRY(const auto format, number_at(root, "format", "", 1));
  if (format != head) {
    return wrong(fmt::format("The bundle's list has format {} and its first line {}", format, head), "/format");
  }
  TRY(manifest.sequence, number_at(root, "sequence", "", 1));
  const auto* previous = json::find(root, "previous");
  if (previous == nullptr) return wrong("The member is missing", "/previous");
  if (!previous->is_null()) {
    BundleLink link;
    TRY(link.sequence, number_at(*previous, "sequence", "/previous", 1));
    TRY(link.digest, digest_at(*previous, "digest", "/previous"));
    if (link.sequence >= manifest.sequence) {
      return wrong("A bundle follows one with a smaller number", "/previous/sequence");
    }
    manifest.previous = std::move(link);
  }
  TRY(const auto created, text_at(root, "created", ""));
  auto time = parse_rfc3339(created);
  if (!time) return wrong(time.error().message, "/created");
  manifest.created = *time;
  TRY(manifest.issuer, text_at(root, "issuer", ""));
  TRY(manifest.recipient, text_at(root, "recipient", ""));
  const auto* what = json::find(root, "content");
  if (what == nullptr) return wrong("The member is missing", "/content");
  TRY(const auto bytes, number_at(*what, "bytes", "/content", 0));
  TRY(const auto packed, number_at(*what, "packed", "/content", 0));
  TRY(content.sha512, digest_at(*what, "sha512", "/content"));
  content.bytes = static_cast<std::uint64_t>(bytes);
  content.packed = static_cast<std::uint64_t>(packed);
  if (content.bytes > kBundleContentBytesMax) {
    return Error::too_large("The bundle's content", kBundleContentBytesMax, "/content/bytes");
  }
  const auto* list = json::find(root, "entries");
  if (list == nullptr || !list->is_array()) return wrong("A list was expected", "/entries");
  if (list->get_array().size() > kBundleEntriesMax) {
    return wrong(fmt::format("The bundle has more than {} entries", text::thousands(kBundleEntriesMax)), "/entries");
  }
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < list->get_array().size(); ++i) {
    const auto& each = list->get_array()[i];
    const auto where = json::pointer_append("/entries", i);
    BundleEntry entry;
    TRY(entry.kind, text_at(each, "kind", where));
    TRY(entry.name, text_at(each, "name", where));
    TRY(const auto size, number_at(each, "bytes", where, 0));
    TRY(entry.sha512, digest_at(each, "sha512", where));
    entry.tlp = json::string_at(each, "tlp");
    entry.audience = json::string_at(each, "audience");
    entry.bytes = static_cast<std::uint64_t>(size);
    if (entry.bytes > content.bytes) return wrong("The entry is larger than all", where + "/bytes");
    sum += entry.bytes;
    manifest.entries.push_back(std::move(entry));
  }
  if (sum != content.bytes) return wrong("The entries together have another size than the content", "/content/bytes");
  TRY_VOID(read_withdrawn(root, manifest));
  return manifest;
}

/// A line of the file's head, without its end; takes it off.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const auto end = rest.substr(0, kHeadLineMax).find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

}  // namespace

Result<SealedBundle> seal_bundle(BundleManifest manifest, const std::vector<std::string>& contents,
                                 const SigningKey& key) {
  const auto head = head_line(manifest.format);
  std::uint64_t total = 0;
  Packer content;
  TRY_VOID(content.begin());
  for (std::size_t i = 0; i < contents.size(); ++i) {
    auto& entry = manifest.entries[i];
    entry.bytes = contents[i].size();
    entry.sha512 = sha512_hex(contents[i]);
    total += entry.bytes;
    if (total > kBundleContentBytesMax) return Error::too_large("The bundle's content", kBundleContentBytesMax);
    TRY_VOID(content.add(contents[i]));
  }
  TRY(const auto packed, content.end());
  Packer list;
  TRY_VOID(list.begin());
  TRY_VOID(list.add(json::write(manifest_json(manifest, total, packed))));
  TRY(const auto packed_list, list.end());
  const auto signed_text = head + packed_list;
  SealedBundle sealed;
  sealed.digest = sha512_hex(signed_text);
  sealed.bytes = fmt::format("{}{}\n{}\n{}\n", head, key.public_key(), key.sign(signed_text), packed_list.size());
  sealed.bytes += packed_list;
  sealed.bytes += packed;
  if (sealed.bytes.size() > kBundleFileBytesMax) return Error::too_large("The bundle", kBundleFileBytesMax);
  return sealed;
}

Result<Bundle> Bundle::open(std::string bytes, std::string_view public_key) {
  if (bytes.size() > kBundleFileBytesMax) return Error::too_large("The bundle", kBundleFileBytesMax);
  Bundle bundle;
  bundle.bytes_ = std::move(bytes);
  std::string_view rest = bundle.bytes_;
  if (!rest.starts_with(kMagic)) return Error::invalid("Is no bundle of Tocsin", "1");
  const auto first = take_line(rest);
  if (!first) return Error::invalid("Is no bundle of Tocsin", "1");
  int format = 0;
  const auto digits = first->substr(kMagic.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), format);
  // Written back it has to be the same line: that is what is signed.
  if (!is_known(format) || head_line(format) != fmt::format("{}\n", *first)) {
    return Error::invalid(
        fmt::format("The bundle has format '{}' and this version of Tocsin knows {} to {}: a newer one may read it",
                    printable_name(digits), kBundleFormatOldest, kBundleFormat),
        "1");
  }
  const auto key = take_line(rest), signature = take_line(rest), size = take_line(rest);
  std::size_t manifest_bytes = 0;
  const auto cut = [] { return Error::invalid("The bundle was cut: fetch it anew"); };
  if (!key || !signature || !size) return cut();
  const auto [end, failure] = std::from_chars(size->data(), size->data() + size->size(), manifest_bytes);
  if (failure != std::errc{} || end != size->data() + size->size()) {
    return Error::invalid("The size of the bundle's list is no number", "4");
  }
  if (manifest_bytes > rest.size()) return cut();
  const auto id = signing_key_id(*key);
  if (!id) return Error::invalid("The bundle's public key is none", "2");
  bundle.public_key_ = *key;
  bundle.key_id_ = *id;
  if (!public_key.empty() && *key != public_key) {
    const auto wanted = signing_key_id(public_key);
    return Error::invalid(fmt::format("The bundle is signed with the key {}, and not with {}", *id,
                                      wanted ? *wanted : "a public key of Tocsin, which is 43 characters"),
                          "2");
  }
  const auto packed_list = rest.substr(0, manifest_bytes);
  const auto signed_text = head_line(format) + std::string{packed_list};
  // Before anything of it is unpacked.
  if (!verify_signature(bundle.public_key_, signed_text, *signature)) {
    return Error::invalid("The bundle's signature is wrong: it was changed after it was signed", "3");
  }
  bundle.digest_ = sha512_hex(signed_text);
  const auto packed = rest.substr(manifest_bytes);
  Unpacker list;
  TRY_VOID(list.begin(packed_list));
  TRY(const auto text, list.take_all(kBundleManifestBytesMax));
  TRY(const auto parsed, json::parse(text, {.bytes_max = kBundleManifestBytesMax, .depth_max = 8}));
  Content content;
  TRY(bundle.manifest_, read_manifest(parsed.root(), format, content));
  if (packed.size() < content.packed) return cut();
  if (packed.size() != content.packed || sha512_hex(packed) != content.sha512) {
    return Error::invalid("The bundle's content was changed after it was signed");
  }
  bundle.content_at_ = bundle.bytes_.size() - packed.size();
  return bundle;
}

Status Bundle::each(const std::function<Status(const BundleEntry&, std::string)>& visit) const {
  if (manifest_.entries.empty()) return ok();
  Unpacker content;
  TRY_VOID(content.begin(std::string_view{bytes_}.substr(content_at_)));
  for (const auto& entry : manifest_.entries) {
    TRY(auto bytes, content.take(entry.bytes));
    if (sha512_hex(bytes) != entry.sha512) {
      return Error::invalid("The entry has another hash than the bundle's list says", printable_name(entry.name));
    }
    TRY_VOID(visit(entry, std::move(bytes)));
  }
  return content.end();
}

}  // namespace tocsin::exchange
