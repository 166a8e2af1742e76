#include "formats/csaf/operations/derived.hpp"

#include <fmt/format.h>

#include "base/json.hpp"
#include "formats/csaf/operations/edit.hpp"

namespace tocsin::formats::csaf::operation {

using boost::json::object;
using boost::json::value;

Result<std::string> url_of_original(const value& document, std::string_view given) {
  if (!given.empty()) return std::string{given};
  const auto* tracking = json::find(document, "tracking");
  const auto canonical = "/" + file_name(tracking == nullptr ? "" : json::string_at(*tracking, "id"));
  std::string url;
  for (const auto& reference : json::array_at(document, "references")) {
    if (json::string_at(reference, "category") != "self") continue;
    const auto each = json::string_at(reference, "url");
    if (url.empty() || each.ends_with(canonical)) url = each;
  }
  if (!url.empty()) return url;
  return Error::invalid("the document has no reference of category self: say by which URL it is found",
                        "/document/references");
}

Status derive(object& document, std::string_view tracking_id, const std::string& original_url,
              std::vector<ConversionNote>& notes) {
  auto& tracking = document.at("tracking").get_object();
  const std::string original_id{json::string_at(document.at("tracking"), "id")};
  if (tracking_id == original_id) {
    return Error::invalid(fmt::format("'{}' is the original's id: what is made of it has another one", original_id),
                          "/document/tracking/id");
  }
  edit::put(tracking, "id", value(tracking_id));
  auto& references = edit::array_at(document, "references");
  for (std::size_t i = 0; i < references.size(); ++i) {
    auto* reference = references[i].if_object();
    if (reference == nullptr || json::string_at(references[i], "category") != "self") continue;
    edit::put(*reference, "category", value("external"));
    warn(notes, json::pointer_append("/document/references", i) + "/category",
         "the reference leads to the original, so it became external");
  }
  object first;
  first["category"] = "external";
  first["summary"] = fmt::format("Original: {}", original_id);
  first["url"] = original_url;
  references.insert(references.begin(), std::move(first));
  return ok();
}

void set_publisher(object& document, const PublisherFacts& facts, std::vector<ConversionNote>& notes) {
  auto& publisher = document.at("publisher").get_object();
  const bool is_another =
      !facts.name_space.empty() && facts.name_space != json::string_at(document.at("publisher"), "namespace");
  if (is_another) {
    for (const auto* key : {"contact", "contact_details", "issuing_authority"}) {
      if (!edit::remove(publisher, key)) continue;
      warn(notes, json::pointer_append("/document/publisher", std::string_view{key}),
           "this was the original publisher's, so it was removed");
    }
  }
  const auto put = [&](std::string_view key, const std::string& text) {
    if (!text.empty()) edit::put(publisher, key, value(text));
  };
  put("name", facts.name);
  put("namespace", facts.name_space);
  put("category", facts.category);
}

}  // namespace tocsin::formats::csaf::operation
