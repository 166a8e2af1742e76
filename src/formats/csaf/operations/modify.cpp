#include "formats/csaf/operations/modify.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "formats/csaf/operations/derived.hpp"
#include "formats/csaf/operations/edit.hpp"
#include "formats/csaf/operations/json_patch.hpp"

namespace tocsin::formats::csaf {
namespace {

using boost::json::object;
using boost::json::value;

std::string_view text_at(const value& root, std::string_view pointer) {
  const auto* found = json::at_pointer(root, pointer);
  return found != nullptr && found->is_string()
             ? std::string_view{found->get_string().data(), found->get_string().size()}
             : std::string_view{};
}

/// What a patch leaves alone, for the operation sets it.
Status check_untouched(const value& before, const value& after) {
  constexpr std::string_view kTracking = "/document/tracking";
  for (const auto* key : {"current_release_date", "id", "status", "version"}) {
    const auto pointer = json::pointer_append(kTracking, std::string_view{key});
    const auto* old_one = json::at_pointer(before, pointer);
    const auto* new_one = json::at_pointer(after, pointer);
    if (old_one != nullptr ? new_one != nullptr && equal_json(*old_one, *new_one) : new_one == nullptr) continue;
    return Error::invalid("the patch changes this, but it follows from the revision or from an option", pointer);
  }
  if (text_at(before, "/document/csaf_version") != text_at(after, "/document/csaf_version")) {
    return Error::invalid("the patch changes the version of CSAF: that is a conversion", "/document/csaf_version");
  }
  for (const auto pointer : {std::string_view{"/document"}, std::string_view{"/document/publisher"}}) {
    const auto* found = json::at_pointer(after, pointer);
    if (found == nullptr || !found->is_object()) {
      return Error::invalid("the patch takes away what every CSAF document has", std::string{pointer});
    }
  }
  return ok();
}

void put_text(object& parent, std::string_view key, const std::string& text) {
  if (!text.empty()) edit::put(parent, key, value(text));
}

object& object_at(object& parent, std::string_view key) {
  auto* there = parent.if_contains(key);
  if (there == nullptr || !there->is_object()) edit::put(parent, key, object());
  return parent.at(key).get_object();
}

void set_header(object& document, const HeaderFacts& facts, std::vector<ConversionNote>& notes) {
  put_text(document, "title", facts.title);
  put_text(document, "category", facts.category);
  if (!facts.tlp_label.empty())
    put_text(object_at(object_at(document, "distribution"), "tlp"), "label", facts.tlp_label);
  operation::set_publisher(
      document,
      {.name = facts.publisher_name, .name_space = facts.publisher_namespace, .category = facts.publisher_category},
      notes);
}

/// What section 9.1.8 keeps for translators.
Status check_is_no_translation(const value& before, const value& after) {
  constexpr std::string_view kCategory = "/document/publisher/category";
  if (text_at(after, kCategory) == "translator" && text_at(before, kCategory) != "translator") {
    return Error::invalid("only a translation makes its publisher a translator", std::string{kCategory});
  }
  constexpr std::string_view kSourceLang = "/document/source_lang";
  if (text_at(after, kSourceLang) != text_at(before, kSourceLang)) {
    return Error::invalid("only a translation sets the language of its original", std::string{kSourceLang});
  }
  return ok();
}

Result<ChangeLevel> level_of(const value& before, const value& after, std::optional<ChangeLevel> wanted) {
  const auto least = least_level(before, after);
  if (!wanted) return std::max(least, ChangeLevel::minor);
  if (*wanted >= least) return *wanted;
  return Error::invalid(
      fmt::format("the change needs a {} version, not a {} one: {}", to_string(least), to_string(*wanted),
                  least == ChangeLevel::major ? "products or vulnerabilities are others, so readers compare anew"
                                              : "something was added or taken away"),
      "/document/tracking/version");
}

/// The id of what another issuer makes of the document; empty: it stays the same document.
Result<std::string> id_of_modified(const value& before, const ModifyOptions& options,
                                   std::vector<ConversionNote>& notes) {
  const auto original = text_at(before, "/document/tracking/id");
  auto id = options.tracking_id;
  if (id.empty() && !options.tracking_id_prefix.empty()) id = options.tracking_id_prefix + std::string{original};
  const auto& header = options.header;
  const bool other_issuer = !header.publisher_namespace.empty() &&
                            header.publisher_namespace != text_at(before, "/document/publisher/namespace");
  if (id.empty() && other_issuer) {
    return Error::invalid("another issuer's version of a document has an id of its own", "/document/tracking/id");
  }
  if (id.size() > original.size() && id.starts_with(original)) {
    operation::warn(notes, "/document/tracking/id",
                    fmt::format("'{}' begins with the original's id, which is how translations are named", id));
  }
  return id;
}

}  // namespace

Result<Changed> modify(std::string_view source, const ModifyOptions& options) {
  if (options.revision.summary.empty()) return Error::invalid("a revision says in a summary what changed");
  TRY(auto read, operation::read(source));
  const auto& before = read.root;
  value after = before;
  if (options.patch != nullptr) {
    TRY(after, apply_patch(before, *options.patch));
    TRY_VOID(check_untouched(before, after));
  }
  auto& document = after.get_object().at("document").get_object();
  auto notes = std::move(read.notes);
  set_header(document, options.header, notes);
  TRY_VOID(check_is_no_translation(before, after));
  const auto old_status = text_at(before, "/document/tracking/status");
  const bool new_status = !options.header.status.empty() && options.header.status != old_status;
  TRY(const auto id, id_of_modified(before, options, notes));
  if (equal_json(before, after) && !new_status) {
    return Error::invalid("nothing changes: neither the patch nor an option leads to another document");
  }
  TRY(const auto level, level_of(before, after, options.level));
  if (!id.empty()) {
    TRY(const auto url, operation::url_of_original(*json::find(before, "document"), options.original_url));
    TRY_VOID(operation::derive(document, id, url, notes));
  }
  TRY_VOID(operation::add_revision(document.at("tracking").get_object(), options.revision,
                                   {.level = level, .status = options.header.status, .always_new_item = false}));
  return operation::finish(std::move(after), std::move(notes));
}

}  // namespace tocsin::formats::csaf
