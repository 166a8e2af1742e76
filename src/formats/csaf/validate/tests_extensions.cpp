#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/structure_formats.hpp"
#include "formats/csaf/validate/test_groups.hpp"

/// CSAF 2.1 extensions (section 2.4): 6.1.60.1 to 6.1.60.3, 6.2.54.1 to 6.2.54.4, 6.3.21.1 to 6.3.21.9.
namespace tocsin::formats::csaf {
namespace {

/// Where extensions may stand, as extension metadata counts them.
enum class Place : std::uint8_t {
  root,
  document,
  branch_product,
  full_product_name,
  product_path,
  metric,
  vulnerability
};
constexpr std::size_t kPlaces = 7;

template <class Visit>
void each_list(const Model& model, const Visit& visit) {
  const auto look = [&](Node holder, Place place) {
    if (const auto list = holder["x_extensions"]; list.is_array()) visit(list, place);
  };
  look(model.document, Place::document);
  for (const auto& branch : model.branches) look(branch.node["product"], Place::branch_product);
  for (const auto each : model.product_tree["full_product_names"].elements()) look(each, Place::full_product_name);
  for (const auto each : model.product_tree["product_paths"].elements()) {
    look(each["full_product_name"], Place::product_path);
  }
  for (const auto& vulnerability : model.vulnerabilities) {
    for (const auto metric : vulnerability.node["metrics"].elements()) look(metric["content"], Place::metric);
    look(vulnerability.node, Place::vulnerability);
  }
  look(model.root(), Place::root);
}

bool is_host(std::string_view host) noexcept {
  constexpr std::size_t kLabelBytesMax = 63;
  std::size_t labels = 0;
  for (;;) {
    const auto dot = host.find('.');
    const auto label = host.substr(0, dot);
    const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    if (label.empty() || label.size() > kLabelBytesMax || !is_plain(label.front()) || !is_plain(label.back()) ||
        !std::ranges::all_of(label, [&](char c) { return is_plain(c) || c == '-'; })) {
      return false;
    }
    ++labels;
    if (dot == std::string_view::npos) return labels > 1;
    host.remove_prefix(dot + 1);
  }
}

/// "https://www.example.com/schema/headquarters_1.0.0.json", and not the content schema itself.
bool is_extension_schema(std::string_view url) noexcept {
  constexpr std::string_view kScheme = "https://", kEnd = ".json";
  constexpr std::string_view kContentSchema = "https://docs.oasis-open.org/csaf/csaf/v2.1/";
  if (!url.starts_with(kScheme) || !url.ends_with(kEnd) || !has_format(url, GrammarFormat::uri)) return false;
  if (url.starts_with(kContentSchema) && url.find("schema/extension-content.json") != std::string_view::npos) {
    return false;
  }
  auto rest = url.substr(kScheme.size(), url.size() - kScheme.size() - kEnd.size());
  if (rest.find_first_of(" \t\r\n") != std::string_view::npos) return false;
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos || !is_host(rest.substr(0, slash))) return false;
  rest.remove_prefix(slash);
  if (rest.find("//") != std::string_view::npos) return false;
  rest.remove_prefix(rest.rfind('/') + 1);
  const auto underscore = rest.rfind('_');
  return underscore != std::string_view::npos && underscore > 0 &&
         read_version_number(rest.substr(underscore + 1)).kind == VersionNumber::Kind::semantic;
}

constexpr std::array<std::string_view, 4> kMembers = {"$schema", "category", "content", "critical"};
constexpr std::array<std::string_view, 3> kCategories = {"essential", "significant", "supplementary"};

void check_content_schema(Node item, Sink& sink) {
  if (!item.is_object()) {
    sink.add(item, tr<"an extension is no object">(),
             tr<"Write an object with $schema, category, content and critical.">());
    return;
  }
  for (const auto name : kMembers) {
    if (item[name]) continue;
    sink.add(item, fmt::format("/{}", name), tr<"the extension has no {}">(name),
             tr<"Add {}, which every extension needs.">(name));
  }
  for (const auto member : item.members()) {
    const auto value = member.value;
    if (member.name == "$schema") {
      if (is_extension_schema(value.text())) continue;
      sink.add(value, tr<"'{}' is no URL of an extension's schema">(value.text()),
               tr<"Use https:// and end in a name, an underscore, a semantic version and .json, as "
                  "headquarters_1.0.0.json.">());
    } else if (member.name == "category") {
      if (std::ranges::find(kCategories, value.text()) != kCategories.end()) continue;
      sink.add(value, tr<"'{}' is no category of extensions">(value.text()),
               tr<"Use essential, significant or supplementary.">());
    } else if (member.name == "content") {
      if (value.is_object() && !value.empty()) continue;
      sink.add(value, tr<"the extension's content is no object with properties">(),
               tr<"Give content at least one property.">());
    } else if (member.name == "critical") {
      if (value.is_boolean()) continue;
      sink.add(value, tr<"critical is neither true nor false">(), tr<"Set critical to true or false.">());
    } else {
      sink.add(value, tr<"an extension has no property '{}'">(member.name),
               tr<"Move it into the extension's content.">());
    }
  }
}

void content_schema(const Model& model, Sink& sink) {
  each_list(model, [&](Node list, Place) {
    for (const auto item : list.elements()) check_content_schema(item, sink);
  });
}

/// Extensions whose schema and metadata are known here: those which OASIS publishes to document extensions.
struct Extension {
  std::string_view name;
  std::array<std::uint16_t, kPlaces> occurrences_max;  ///< By Place.
  std::string_view incompatible;                       ///< Name of another one.
  bool needs_documentation;
  bool has_notes;
};
constexpr std::uint16_t kMany = 4096;
constexpr Extension kExtensions[] = {
    {"documentation-11", {1, 1, 1, 1, 1, 1, 1}, "documentation-12", false, false},
    {"documentation-12", {kMany, kMany, kMany, 10, 2, 0, kMany}, "documentation-11", true, true},
};

const Extension* known_extension(std::string_view url) noexcept {
  constexpr std::string_view kFolder = "https://raw.githubusercontent.com/oasis-tcs/csaf/refs/heads/master/csaf_2.1/";
  constexpr std::string_view kMoved = "test/", kValid = "extension/data/valid/", kFile = "-content_1.0.0.json";
  if (!url.starts_with(kFolder)) return nullptr;
  url.remove_prefix(kFolder.size());
  if (url.starts_with(kMoved)) url.remove_prefix(kMoved.size());
  if (!url.starts_with(kValid)) return nullptr;
  url.remove_prefix(kValid.size());
  for (const auto& each : kExtensions) {
    const auto size = each.name.size();
    if (url.size() == 2 * size + 1 + kFile.size() && url.starts_with(each.name) && url[size] == '/' &&
        url.substr(size + 1).starts_with(each.name) && url.ends_with(kFile)) {
      return &each;
    }
  }
  return nullptr;
}

/// The TC's list of registered extensions is empty, so that what it does not publish itself is experimental.
bool is_official(std::string_view url) noexcept { return url.starts_with("https://docs.oasis-open.org/csaf/"); }

void warn_of_unsupported(Node item, std::string_view what, Sink& sink) {
  const auto url = item.text_at("$schema");
  const auto* kind = is_official(url) ? "official" : "experimental";
  sink.add_as(Finding::Group::recommended, item,
              tr<"the {} extension '{}' is not supported, so its {} was not checked">(kind, url, what),
              tr<"Check it with a tool that knows the extension.">());
}

constexpr std::string_view kDocumentation =
    "This extension is for documentation and test purposed only. It is valid. It is not allowed to be used in a "
    "production CSAF.";

void check_schema(const Extension& extension, Node item, Sink& sink) {
  const auto critical = item["critical"];
  if (critical.is_true()) {
    sink.add(critical, tr<"{} is never critical">(extension.name), tr<"Set critical to false.">());
  }
  const auto content = item["content"];
  if (!content.is_object()) return;  // 6.1.60.1 tells.
  if (extension.needs_documentation && !content["documentation"]) {
    sink.add(content, "/documentation", tr<"{} needs the property documentation">(extension.name),
             tr<"Add documentation to the content.">());
  }
  for (const auto member : content.members()) {
    if (member.name == "documentation") {
      if (member.value.text() == kDocumentation) continue;
      sink.add(member.value, tr<"documentation is not the text that {} demands">(extension.name),
               tr<"Take the text from the extension's schema.">());
    } else if (member.name == "notes" && extension.has_notes) {
      bool is_right = member.value.is_array() && !member.value.empty();
      for (const auto note : member.value.elements()) is_right = is_right && !note.text().empty();
      if (is_right) continue;
      sink.add(member.value, tr<"notes is no list of texts">(), tr<"Write an array of one or more texts.">());
    } else {
      sink.add(member.value, tr<"{} has no property '{}'">(extension.name, member.name), tr<"Remove it.">());
    }
  }
}

void extension_schema(const Model& model, Sink& sink) {
  each_list(model, [&](Node list, Place) {
    for (const auto item : list.elements()) {
      const auto url = item.text_at("$schema");
      if (url.empty()) continue;
      if (const auto* extension = known_extension(url)) {
        check_schema(*extension, item, sink);
      } else {
        warn_of_unsupported(item, "content", sink);
      }
    }
  });
}

void extension_metadata(const Model& model, Sink& sink) {
  std::array<bool, std::size(kExtensions)> used{};
  const auto index_of = [](const Extension* extension) { return static_cast<std::size_t>(extension - kExtensions); };
  each_list(model, [&](Node list, Place) {
    for (const auto item : list.elements()) {
      if (const auto* extension = known_extension(item.text_at("$schema"))) used[index_of(extension)] = true;
    }
  });
  each_list(model, [&](Node list, Place place) {
    std::array<std::size_t, std::size(kExtensions)> counts{};
    for (const auto item : list.elements()) {
      const auto url = item.text_at("$schema");
      if (url.empty()) continue;
      if (const auto* extension = known_extension(url)) {
        ++counts[index_of(extension)];
      } else {
        warn_of_unsupported(item, "metadata", sink);
      }
    }
    for (const auto& extension : kExtensions) {
      const auto count = counts[index_of(&extension)];
      if (count == 0) continue;
      const auto max = extension.occurrences_max[static_cast<std::size_t>(place)];
      if (count > max) {
        sink.add(list,
                 tr<"{} stands {} here, allowed are {}">(
                     extension.name, text::count_of(static_cast<long long>(count), "time", "times"), max),
                 tr<"Join or remove the extensions that are too many.">());
      }
      const auto* other = std::ranges::find(kExtensions, extension.incompatible, &Extension::name);
      if (other != std::end(kExtensions) && used[index_of(other)]) {
        sink.add(list, tr<"{} cannot be used in one document with {}">(extension.name, other->name),
                 tr<"Remove one of the two.">());
      }
    }
  });
}

template <class Use>
void each_extension(const Model& model, const Use& use) {
  each_list(model, [&](Node list, Place) {
    for (const auto item : list.elements()) use(item);
  });
}

void registered_extension(const Model& model, Sink& sink) {
  each_extension(model, [&](Node item) {
    if (is_official(item.text_at("$schema"))) return;
    sink.add(item, tr<"the extension is neither official nor registered: readers may not know it">(),
             tr<"Use a registered extension, or have this one registered.">());
  });
}

void official_extension(const Model& model, Sink& sink) {
  each_extension(model, [&](Node item) {
    if (is_official(item.text_at("$schema"))) return;
    sink.add(item, tr<"the extension is no official one">(), tr<"Use an official extension, where there is one.">());
  });
}

void critical_extension(const Model& model, Sink& sink) {
  each_extension(model, [&](Node item) {
    const auto critical = item["critical"];
    if (!critical.is_true()) return;
    sink.add(critical, tr<"the extension is critical: who does not know it must not use the document">(),
             tr<"Set critical to false, where the rest of the document stands without it.">());
  });
}

void check_experimental(const Model& model, Sink& sink, bool in_clear) {
  const bool clear = model.document["distribution"]["tlp"].text_at("label") == "CLEAR";
  if (clear != in_clear) return;
  each_extension(model, [&](Node item) {
    if (is_official(item.text_at("$schema"))) return;
    sink.add(item, tr<"the extension is experimental: readers may not know what it means">(),
             tr<"Use a registered extension, or leave it out.">());
  });
}
void experimental_extension_in_clear(const Model& model, Sink& sink) { check_experimental(model, sink, true); }
void experimental_extension_elsewhere(const Model& model, Sink& sink) { check_experimental(model, sink, false); }

void essential_extension(const Model& model, Sink& sink) {
  each_extension(model, [&](Node item) {
    const auto category = item["category"];
    // What was essential is called critical in later drafts of the standard.
    if (category.text() != "essential" && category.text() != "critical") return;
    sink.add(category, tr<"the extension is {}: without it, the document may be misunderstood">(category.text()),
             tr<"Say what is needed to understand the document in members that every reader knows.">());
  });
}

template <Place place>
void usage_of_extension(const Model& model, Sink& sink) {
  each_list(model, [&](Node list, Place at) {
    if (at == place)
      sink.add(list, tr<"an extension is used here">(), tr<"Use members of CSAF itself, where there are some.">());
  });
}

constexpr Test kTests[] = {
    {.id = "6.1.60.1", .in_2_0 = false, .run = content_schema},
    {.id = "6.1.60.2", .in_2_0 = false, .run = extension_schema},
    {.id = "6.1.60.3", .in_2_0 = false, .run = extension_metadata},
    {.id = "6.2.54.1", .in_2_0 = false, .run = registered_extension},
    {.id = "6.2.54.2", .in_2_0 = false, .run = official_extension},
    {.id = "6.2.54.3", .in_2_0 = false, .run = critical_extension},
    {.id = "6.2.54.4", .in_2_0 = false, .run = experimental_extension_in_clear},
    {.id = "6.3.21.1", .in_2_0 = false, .run = essential_extension},
    {.id = "6.3.21.2", .in_2_0 = false, .run = experimental_extension_elsewhere},
    {.id = "6.3.21.3", .in_2_0 = false, .run = usage_of_extension<Place::document>},
    {.id = "6.3.21.4", .in_2_0 = false, .run = usage_of_extension<Place::branch_product>},
    {.id = "6.3.21.5", .in_2_0 = false, .run = usage_of_extension<Place::full_product_name>},
    {.id = "6.3.21.6", .in_2_0 = false, .run = usage_of_extension<Place::product_path>},
    {.id = "6.3.21.7", .in_2_0 = false, .run = usage_of_extension<Place::metric>},
    {.id = "6.3.21.8", .in_2_0 = false, .run = usage_of_extension<Place::vulnerability>},
    {.id = "6.3.21.9", .in_2_0 = false, .run = usage_of_extension<Place::root>},
};

}  // namespace

std::span<const Test> extension_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
