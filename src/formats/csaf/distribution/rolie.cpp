#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/keyed_hash.hpp"
#include "base/text.hpp"
#include "formats/csaf/distribution/rules.hpp"

/// ROLIE feeds and services as requirements 2, 3, 5, 15, 16, 18 and 19 want them.
namespace tocsin::formats::csaf::distribution {
namespace {

constexpr std::string_view kInformationType = "urn:ietf:params:rolie:category:information-type";
constexpr std::string_view kTlpScheme = "https://www.first.org/tlp/";

struct Format {
  std::string_view version, schema;
};
constexpr Format kFormats[] = {{"2.0", "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json"},
                               {"2.1", "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json"}};

bool is_csaf(Node categories) {
  for (const auto category : categories.elements()) {
    if (category.text_at("scheme") == kInformationType && category.text_at("term") == "csaf") return true;
  }
  return false;
}

bool is_file_name(std::string_view name) {
  if (!name.ends_with(".json")) return false;
  name.remove_suffix(std::string_view{".json"}.size());
  return !name.empty() && file_name(name).substr(0, name.size()) == name;
}

void check_format(const Context& context, Node format) {
  const auto version = format["version"];
  const auto* known =
      std::ranges::find_if(kFormats, [&](const Format& each) { return each.version == version.text(); });
  if (known == std::end(kFormats)) {
    if (!version.is_string()) return;
    context.must("7.1.15");
    context.sink.add(version, "the format is no version of CSAF that is known", "Write \"2.0\" or \"2.1\".");
  } else if (format["schema"].is_string() && format.text_at("schema") != known->schema) {
    context.must("7.1.15");
    context.sink.add(format["schema"], fmt::format("the schema is not that of CSAF {}", known->version),
                     fmt::format("Write \"{}\".", known->schema));
  }
}

/// A hash or signature file is the document's name and an ending.
void check_side_file(const Context& context, Node href, std::string_view document) {
  const auto name = Url{href.text()}.name;
  if (!document.empty() && name.size() > document.size() + 1 && name.starts_with(document) &&
      name[document.size()] == '.') {
    return;
  }
  context.sink.add(href, "this file is not named as the document with an ending",
                   fmt::format("Name it {}.ENDING.", document));
}

void check_links(const Context& context, Node entry, std::string_view document) {
  bool self = false, hash = false, signature = false;
  for (const auto link : entry["link"].elements()) {
    const auto rel = link.text_at("rel");
    const auto href = link["href"];
    const auto name = text::lower_ascii(Url{href.text()}.name);
    needs_https(context, href, "7.1.3", Finding::Group::mandatory, "the file");
    if (rel == "self") self = true;
    if (rel == "hash") {
      hash = true;
      context.must("7.1.18");
      if (name.ends_with(".md5") || name.ends_with(".sha1")) {
        context.sink.add(href, "MD5 and SHA-1 shall not be used", "Publish SHA-256, SHA-512 or SHA-3.");
      } else {
        check_side_file(context, href, document);
      }
    }
    if (rel == "signature") {
      signature = true;
      context.must("7.1.19");
      check_side_file(context, href, document);
    }
  }
  if (!self) {
    context.should("7.1.15");
    context.sink.add(entry, "/link", "no link leads to the document itself", "Add a link of rel \"self\".");
  }
  if (!hash) {
    context.may("7.1.18");
    context.sink.add(entry, "/link", "no hash is listed, which a trusted provider has to", "Publish one and list it.");
  }
  if (!signature) {
    context.may("7.1.19");
    context.sink.add(entry, "/link", "no signature is listed, which a trusted provider has to",
                     "Publish one and list it.");
  }
}

void check_entry(const Context& context, Node entry) {
  const auto src = entry["content"]["src"];
  const Url url{src.text()};
  needs_https(context, src, "7.1.3", Finding::Group::mandatory, "the document");
  if (src.is_string()) {
    const auto expected = file_name(entry.text_at("id"));
    if (!is_file_name(url.name)) {
      context.must("7.1.2");
      context.sink.add(src, fmt::format("'{}' is no file name by section 5.1", text::shorten(url.name, 100)),
                       "Use lower case letters, digits, '+' and '-', and a single '_' for all between.");
    } else if (url.name != expected && entry["id"].is_string()) {
      context.should("7.1.2");
      context.sink.add(src, fmt::format("the document is not named after its id, '{}'", text::shorten(expected, 100)),
                       "Give the entry the tracking id of the document, and the document the name that section 5.1 "
                       "makes of it.");
    }
  }
  check_format(context, entry["format"]);
  check_links(context, entry, url.name);
}

}  // namespace

void check_feed(const Context& context) {
  const auto feed = context.root["feed"];
  if (!is_csaf(feed["category"])) {
    context.must("7.1.15");
    context.sink.add(feed, "/category", "the feed has no category of ROLIE's information type csaf",
                     fmt::format("Add the category with scheme \"{}\" and term \"csaf\".", kInformationType));
  }
  bool self = false;
  for (const auto link : feed["link"].elements()) {
    self = self || link.text_at("rel") == "self";
    needs_https(context, link["href"], "7.1.3", Finding::Group::mandatory, "the linked document");
  }
  if (!self) {
    context.should("7.1.15");
    context.sink.add(feed, "/link", "no link leads to the feed itself", "Add a link of rel \"self\".");
  }
  HashSet<std::string_view> ids;
  for (const auto entry : feed["entry"].elements()) {
    check_entry(context, entry);
    not_later_than(context, entry["updated"], feed["updated"], "the entry");
    const auto id = entry["id"];
    if (!id.is_string() || ids.insert(id.text()).second) continue;
    context.should("7.1.15");
    context.sink.add(id, "another entry has this id", "List each document once.");
  }
}

void check_service(const Context& context) {
  std::map<std::string_view, bool> open_at;
  for (const auto workspace : context.root["service"]["workspace"].elements()) {
    for (const auto collection : workspace["collection"].elements()) {
      const auto href = collection["href"];
      const auto categories = collection["categories"]["category"];
      needs_https(context, href, "7.1.3", Finding::Group::mandatory, "the feed");
      if (!is_csaf(categories)) {
        context.must("7.1.16");
        context.sink.add(collection, "/categories/category",
                         "the feed has no category of ROLIE's information type csaf",
                         fmt::format("Add the category with scheme \"{}\" and term \"csaf\".", kInformationType));
      }
      for (const auto category : categories.elements()) {
        if (category.text_at("scheme") != kTlpScheme || !href.is_string()) continue;
        const bool open = is_open(category.text_at("term"));
        const auto [known, is_new] = open_at.emplace(href.text(), open);
        if (is_new || known->second == open) continue;
        context.must("7.1.5");
        context.sink.add(href, "documents that are protected are at the address of those that are not",
                         "Give each TLP label an address of its own.");
      }
    }
  }
}

}  // namespace tocsin::formats::csaf::distribution
