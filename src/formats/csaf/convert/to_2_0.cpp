#include "formats/csaf/convert/to_2_0.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/csaf/convert/back_steps.hpp"
#include "formats/csaf/structure.hpp"
#include "formats/csaf/validate/validate.hpp"

namespace tocsin::formats::csaf {
namespace {

using boost::json::value;
using convert::Notes;

/// Extensions have no place in 2.0, wherever they stand.
void drop_extensions(value& json, const std::string& path, Notes& notes) {
  if (auto* list = json.if_array(); list != nullptr) {
    for (std::size_t i = 0; i < list->size(); ++i) drop_extensions((*list)[i], json::pointer_append(path, i), notes);
    return;
  }
  auto* members = json.if_object();
  if (members == nullptr) return;
  if (members->contains("x_extensions")) {
    std::size_t count = 0, essential = 0;
    std::string schema;
    if (auto* list = members->at("x_extensions").if_array(); list != nullptr) {
      count = list->size();
      for (auto& each : *list) {
        essential += convert::text_of(convert::find(each, "category")) == "essential" ? 1 : 0;
        if (schema.empty()) schema = convert::text_of(convert::find(each, "$schema"));
      }
    }
    const auto number = static_cast<long long>(count);
    const auto schemas = text::shorten(schema, 120) + (count > 1 ? ", ..." : "");
    notes.lose(path + "/x_extensions",
               essential == 0 ? trn<"{} extension ({}): CSAF 2.0 has none", "{} extensions ({}): CSAF 2.0 has none">(
                                    number, text::thousands(number), schemas)
                              : trn<"{} extension ({}): CSAF 2.0 has none; without what is essential the document "
                                    "cannot be understood in full",
                                    "{} extensions ({}): CSAF 2.0 has none; without what is essential the document "
                                    "cannot be understood in full">(number, text::thousands(number), schemas));
    members->stable_erase("x_extensions");
  }
  for (auto& member : *members) drop_extensions(member.value(), json::pointer_append(path, member.key()), notes);
}

value in_order(value root) {
  boost::json::object ordered;
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

/// 2.0 demands other things of some profiles: then the document is a plain one.
void choose_profile(value& root, Notes& notes) {
  const auto verdict = verdict_on(root);
  const auto broken =
      std::ranges::find_if(verdict.findings, [](const Finding& each) { return each.test.starts_with("6.1.27."); });
  if (broken == verdict.findings.end()) return;
  auto* document = convert::find_object(root, "document");
  if (document == nullptr) return;
  const auto category = convert::text_of(document->if_contains("category"));
  (*document)["category"] = "csaf_base";
  notes.lose("/document/category", tr<"the profile '{}' became 'csaf_base': in CSAF 2.0 it demands more ({}: {})">(
                                       category, broken->test, broken->message));
}

}  // namespace

Result<Conversion> to_csaf_2_0(std::string_view source) {
  TapeReader reader;
  TRY(const auto tape, reader.read(source));
  if (tape["document"].text_at("csaf_version") != "2.1") {
    return Error::invalid(std::string{tr<"only CSAF 2.1 documents can be converted to 2.0">()},
                          "/document/csaf_version");
  }
  for (auto& finding : check_structure(tape, CsafVersion::v2_1)) {
    return Error::invalid(tr<"this is no valid CSAF {} document: {}">("2.1", finding.message), finding.path);
  }
  TRY(const auto parsed, json::parse(source));
  // What has too many products to be read as an advisory is not converted either: groups would be written out.
  if (const auto advisory = read_advisory(parsed.root()); !advisory) return advisory.error();
  Conversion conversion;
  // Outside the parser's arena: it will be changed and given away.
  value root(parsed.root(), boost::json::storage_ptr());
  Notes notes{conversion.notes};
  drop_extensions(root, {}, notes);
  const convert::Wording wording{root};
  convert::write_document_2_0(root, wording, notes);
  convert::write_product_tree_2_0(root, notes);
  convert::write_vulnerabilities_2_0(root, wording, notes);
  wording.groups().tell(notes);
  root = in_order(std::move(root));
  choose_profile(root, notes);
  for (const auto& finding : verdict_on(root).findings) {
    notes.fail(finding.path, tr<"the result is not valid CSAF {} ({}): {}">("2.0", finding.test, finding.message),
               ConversionNote::Kind::result);
  }
  conversion.document = std::move(root);
  return conversion;
}

}  // namespace tocsin::formats::csaf
