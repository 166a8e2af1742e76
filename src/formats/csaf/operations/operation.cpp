#include "formats/csaf/operations/operation.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/extensions.hpp"
#include "formats/csaf/validate/validate.hpp"

namespace tocsin::formats::csaf {

bool Changed::is_good() const noexcept {
  return std::ranges::none_of(notes, [](const auto& each) { return each.level == ConversionNote::Level::error; });
}

namespace operation {

Result<Source> read(std::string_view bytes) {
  TRY(const auto parsed, json::parse(bytes, kValidatorLimits));
  const auto need = [&](std::string_view pointer, bool (*is_right)(const boost::json::value&),
                        std::string_view what) -> Status {
    const auto* found = json::at_pointer(parsed.root(), pointer);
    if (found != nullptr && is_right(*found)) return ok();
    return Error::invalid(std::string{what}, std::string{pointer});
  };
  const auto is_text = [](const boost::json::value& each) { return each.is_string() && !each.get_string().empty(); };
  const auto is_object = [](const boost::json::value& each) { return each.is_object(); };
  Source source;
  const auto* document = json::find(parsed.root(), "document");
  const auto version = document == nullptr ? std::string_view{} : json::string_at(*document, "csaf_version");
  if (version != "2.0" && version != "2.1") {
    return Error::invalid(std::string{tr<"is no CSAF 2.0 or 2.1 document">()}, "/document/csaf_version");
  }
  source.version = version == "2.0" ? CsafVersion::v2_0 : CsafVersion::v2_1;
  TRY_VOID(need("/document/category", is_text, tr<"a CSAF document has a category here">()));
  TRY_VOID(need("/document/publisher", is_object, tr<"a CSAF document has an object here">()));
  for (const auto* key : {"id", "status", "version"}) {
    TRY_VOID(need(json::pointer_append("/document/tracking", std::string_view{key}), is_text,
                  tr<"a CSAF document has a text here">()));
  }
  TRY_VOID(need(
      "/document/tracking/revision_history",
      [](const boost::json::value& each) {
        return each.is_array() && !each.get_array().empty() &&
               std::ranges::all_of(each.get_array(), [](const auto& item) { return item.is_object(); });
      },
      tr<"a CSAF document has one revision or more here">()));
  // Outside the parser's arena: it will be changed and given away.
  source.root = boost::json::value(parsed.root(), boost::json::storage_ptr());
  for (auto& each : extensions_of(source.root)) {
    warn(source.notes, std::move(each.path),
         tr<"the {} extension {} is not known here: nobody looked whether it fits the change">(
             each.category, text::shorten(each.schema, 200)));
  }
  return source;
}

void warn(std::vector<ConversionNote>& notes, std::string path, std::string message) {
  notes.push_back({ConversionNote::Level::warning, std::move(path), std::move(message)});
}

Changed finish(boost::json::value document, std::vector<ConversionNote> notes) {
  Validator validator;
  for (const auto& finding : validator.validate(json::write(document), Mode::basic).findings) {
    notes.push_back({ConversionNote::Level::error, finding.path,
                     tr<"the result is not valid ({}): {}">(finding.test, finding.message),
                     ConversionNote::Kind::result});
  }
  return {.document = std::move(document), .notes = std::move(notes)};
}

}  // namespace operation
}  // namespace tocsin::formats::csaf
