#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/csaf/operations/derived.hpp"
#include "formats/csaf/operations/edit.hpp"
#include "formats/csaf/operations/modify.hpp"
#include "formats/language/language.hpp"

namespace tocsin::formats::csaf {
namespace {

using boost::json::object;
using boost::json::value;

/// Members that hold words for people. Everything else - ids, dates, categories, URLs - means the same in every
/// language.
bool holds_words(std::string_view pointer) {
  constexpr std::string_view kMembers[] = {"audience", "details", "entitlements", "issuing_authority",
                                           "summary",  "text",    "title",        "contact_details"};
  // The last name; behind that of an array stand numbers.
  while (true) {
    const auto slash = pointer.rfind('/');
    if (slash == std::string_view::npos) return false;
    const auto token = pointer.substr(slash + 1);
    if (token.find_first_not_of("0123456789") != std::string_view::npos) {
      return std::ranges::find(kMembers, token) != std::end(kMembers) ||
             (token == "name" && pointer.starts_with("/product_tree/"));
    }
    pointer = pointer.substr(0, slash);
  }
}

Status put_texts(value& root, const std::map<std::string, std::string>& texts) {
  if (texts.empty()) return Error::invalid("a translation has one translated text or more");
  for (const auto& [pointer, text] : texts) {
    auto* found = const_cast<value*>(json::at_pointer(root, pointer));
    if (found == nullptr || !found->is_string() || !holds_words(pointer)) {
      return Error::invalid("no text stands here that could be translated", pointer);
    }
    if (text.empty()) return Error::invalid("the translation of this text is empty", pointer);
    *found = text;
  }
  return ok();
}

Status check_languages(const TranslateOptions& options, std::string_view stated, std::string_view source_lang) {
  TRY_VOID(language::check_tag(options.lang));
  if (!stated.empty() && !text::equals_ignore_case_ascii(stated, source_lang)) {
    return Error::conflict(fmt::format("the document says that it is in {}, not in {}", stated, source_lang),
                           "/document/lang");
  }
  if (source_lang.empty()) {
    return Error::invalid("the document does not state its language: say which one it was translated from",
                          "/document/lang");
  }
  TRY_VOID(language::check_tag(source_lang));
  if (text::equals_ignore_case_ascii(options.lang, source_lang)) {
    return Error::invalid(fmt::format("the document is in {} already", source_lang), "/document/lang");
  }
  return ok();
}

Status check_publisher(const TranslateOptions& options) {
  if (options.by_publisher || (!options.publisher_name.empty() && !options.publisher_namespace.empty())) return ok();
  return Error::invalid("say who translated: name and namespace of the translator", "/document/publisher");
}

}  // namespace

Result<Changed> translate(std::string_view source, const TranslateOptions& options) {
  TRY(auto read, operation::read(source));
  auto& root = read.root;
  auto& document = root.get_object().at("document").get_object();
  const std::string stated{json::string_at(root.at("document"), "lang")};
  const auto source_lang = options.source_lang.empty() ? stated : options.source_lang;
  TRY_VOID(check_languages(options, stated, source_lang));
  TRY(const auto url, operation::url_of_original(root.at("document"), options.original_url));
  TRY_VOID(put_texts(root, options.texts));
  TRY_VOID(check_publisher(options));
  auto notes = std::move(read.notes);
  if (!options.by_publisher) {
    operation::set_publisher(
        document, {.name = options.publisher_name, .name_space = options.publisher_namespace, .category = "translator"},
        notes);
  }
  // The original's id as prefix is how readers tell a translation from a modification.
  const auto id = options.tracking_id.empty()
                      ? fmt::format("{}-{}", json::string_at(document.at("tracking"), "id"), options.lang)
                      : options.tracking_id;
  TRY_VOID(operation::derive(document, id, url, notes));
  edit::put(document, "lang", value(options.lang));
  edit::put(document, "source_lang", value(source_lang));
  auto& tracking = document.at("tracking").get_object();
  if (tracking.contains("generator")) operation::set_generator(tracking, options.engine, options.now);
  return operation::finish(std::move(root), std::move(notes));
}

}  // namespace tocsin::formats::csaf
