#include "formats/csaf/convert/to_2_1.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/csaf/convert/steps.hpp"
#include "formats/csaf/structure.hpp"
#include "formats/csaf/validate/validate.hpp"

namespace tocsin::formats::csaf {
namespace {

using boost::json::value;
using convert::Notes;

constexpr std::string_view kSchema = "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json";

/// Takes the members away that CSAF 2.0 does not describe.
void drop_unknown_members(value& root, const std::vector<std::string>& pointers, Notes& notes) {
  for (const auto& pointer : pointers) {
    const auto slash = pointer.rfind('/');
    auto* parent = const_cast<value*>(json::at_pointer(root, pointer.substr(0, slash)));
    const auto* member = json::at_pointer(root, pointer);
    if (parent == nullptr || member == nullptr || !parent->is_object()) continue;
    const auto key = json::pointer_token(std::string_view{pointer}.substr(slash + 1)).value_or("");
    notes.warn(pointer, tr<"additional property '{}' with value {} was not converted: CSAF does not describe it">(
                            key, text::shorten(json::write(*member), 80)));
    parent->get_object().stable_erase(key);
  }
}

/// $schema first, then the members in the order of the schema.
value with_schema(value root) {
  boost::json::object ordered;
  ordered["$schema"] = kSchema;
  auto& members = root.get_object();
  for (const auto* key : {"document", "product_tree", "vulnerabilities"}) {
    if (auto* member = members.if_contains(key); member != nullptr) ordered[key] = std::move(*member);
  }
  return ordered;
}

Verdict verdict_on(const value& root) {
  Validator validator;
  return validator.validate(json::write(root), Mode::basic);
}

bool breaks_its_profile(const Verdict& verdict) {
  return std::ranges::any_of(verdict.findings, [](const Finding& each) { return each.test.starts_with("6.1.27."); });
}

std::string category_of(value& root) {
  auto* document = convert::find(root, "document");
  return document == nullptr ? std::string{} : convert::text_of(convert::find(*document, "category"));
}
void set_category(value& root, std::string_view category) {
  if (auto* document = convert::find_object(root, "document"); document != nullptr) (*document)["category"] = category;
}

/// A 2.0 document has no profile for these: the title or a category of the issuer's own says so.
std::string_view withdrawn_or_superseded(value& root) {
  auto* document = convert::find(root, "document");
  if (document == nullptr) return {};
  const auto lang = convert::text_of(convert::find(*document, "lang"));
  if (!lang.empty() && !text::lower_ascii(lang).starts_with("en")) return {};
  const auto title = text::lower_ascii(convert::text_of(convert::find(*document, "title")));
  const auto category = text::lower_ascii(convert::text_of(convert::find(*document, "category")));
  if (title.starts_with("superseded") || category == "superseded") return "csaf_superseded";
  if (title.starts_with("withdrawn") || category == "withdrawn") return "csaf_withdrawn";
  return {};
}

/// The category is chosen last: it depends on what the converted document holds.
void choose_profile(value& root, Notes& notes) {
  const auto original = category_of(root);
  if (const auto meant = withdrawn_or_superseded(root); !meant.empty()) {
    set_category(root, meant);
    if (!breaks_its_profile(verdict_on(root))) return;
    set_category(root, original);
    notes.warn("/document/category",
               meant == "csaf_withdrawn"
                   ? tr<"the document seems to be a withdrawn one, but what it holds would not be valid in the profile "
                        "{}: the category '{}' was kept">(meant, original)
                   : tr<"the document seems to be a superseded one, but what it holds would not be valid in the "
                        "profile {}: the category '{}' was kept">(meant, original));
    return;
  }
  if (original != "csaf_security_advisory") return;
  if (!breaks_its_profile(verdict_on(root))) return;
  set_category(root, "csaf_deprecated_security_advisory");
  notes.warn("/document/category",
             std::string{tr<"the document does not hold what CSAF 2.1 demands of a security advisory, so its category "
                            "became 'csaf_deprecated_security_advisory'">()});
}

}  // namespace

std::string_view to_string(ConversionNote::Level level) noexcept {
  return level == ConversionNote::Level::warning ? "warning" : "error";
}

bool Conversion::is_lossless() const noexcept {
  return std::ranges::none_of(notes, [](const auto& each) { return each.kind == ConversionNote::Kind::loss; });
}

bool Conversion::is_good() const noexcept {
  return std::ranges::none_of(notes, [](const auto& each) { return each.level == ConversionNote::Level::error; });
}

Result<Conversion> to_csaf_2_1(std::string_view source, const ConvertOptions& options) {
  TapeReader reader;
  TRY(const auto tape, reader.read(source));
  if (tape["document"].text_at("csaf_version") != "2.0") {
    return Error::invalid(std::string{tr<"only CSAF 2.0 documents can be converted to 2.1">()},
                          "/document/csaf_version");
  }
  std::vector<std::string> invalid_cpes;
  for (auto& finding : check_structure(tape, CsafVersion::v2_0)) {
    if (!finding.path.ends_with("/product_identification_helper/cpe")) {
      return Error::invalid(tr<"this is no valid CSAF {} document: {}">("2.0", finding.message), finding.path);
    }
    invalid_cpes.push_back(std::move(finding.path));
  }
  TRY(const auto parsed, json::parse(source));
  // What has too many products to be read as an advisory is not converted either: groups would be written out.
  if (const auto advisory = read_advisory(parsed.root()); !advisory) return advisory.error();
  Conversion conversion;
  // Outside the parser's arena: it will be changed and given away.
  value root(parsed.root(), boost::json::storage_ptr());
  Notes notes{conversion.notes};
  for (const auto& pointer : invalid_cpes) convert::drop_invalid_cpe(root, pointer, notes);
  drop_unknown_members(root, unknown_members(tape, CsafVersion::v2_0), notes);
  convert::convert_times(root, notes);
  convert::convert_document(root, options, notes);
  convert::find_license_expression(root, notes);
  // Before branches are renamed and moved: titles name products as the source does.
  convert::bind_notes_to_products(root, notes);
  convert::convert_product_tree(root, options, notes);
  convert::convert_vulnerabilities(root, options, notes);
  if (category_of(root) == "csaf_security_advisory" && withdrawn_or_superseded(root).empty()) {
    convert::add_fixed_products(root, notes);
  }
  convert::forget_source_places(root);
  root = with_schema(std::move(root));
  choose_profile(root, notes);
  // Where the paths of the result lead is not where they led in the source, so these have the result's.
  for (const auto& finding : verdict_on(root).findings) {
    notes.fail(finding.path, tr<"the result is not valid CSAF {} ({}): {}">("2.1", finding.test, finding.message),
               ConversionNote::Kind::result);
  }
  conversion.document = std::move(root);
  return conversion;
}

}  // namespace tocsin::formats::csaf
