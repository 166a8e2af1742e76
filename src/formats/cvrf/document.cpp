#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/names.hpp"
#include "formats/cvrf/steps.hpp"
#include "formats/language/language.hpp"

/// The parts of the conversion that concern the document as a whole, and those that vulnerabilities have as well.
namespace tocsin::formats::cvrf {
namespace {

using boost::json::array;
using boost::json::object;

constexpr Word kPartyWords[] = {{"Vendor", "vendor"},
                                {"Discoverer", "discoverer"},
                                {"Coordinator", "coordinator"},
                                {"User", "user"},
                                {"Other", "other"}};
constexpr Word kNoteTypes[] = {{"General", "general"}, {"Details", "details"}, {"Description", "description"},
                               {"Summary", "summary"}, {"FAQ", "faq"},         {"Legal Disclaimer", "legal_disclaimer"},
                               {"Other", "other"}};
constexpr Word kReferenceTypes[] = {{"External", "external"}, {"Self", "self"}};
constexpr Word kStatuses[] = {{"Draft", "draft"}, {"Interim", "interim"}, {"Final", "final"}};

/// Kinds of documents that are a profile of CSAF; the names without separators, as CSAF compares them.
constexpr Word kProfiles[] = {{"securityadvisory", "csaf_security_advisory"},
                              {"informationaladvisory", "csaf_informational_advisory"},
                              {"securityincidentresponse", "csaf_security_incident_response"},
                              {"vex", "csaf_vex"},
                              {"base", "csaf_base"}};

/// CSAF 2.0's category begins and ends with neither blank nor one of these.
constexpr std::string_view kCategoryEdges = " -_.";

std::string category_of(Context& context) {
  const auto* type = child_of(&context.root(), "DocumentType");
  if (type == nullptr) return {};
  const auto written = line_of(type);
  auto name = csaf::name_without_separators(written);
  if (name.starts_with("csaf")) name.erase(0, 4);
  for (const auto& each : kProfiles) {
    if (name == each.cvrf) return std::string{each.csaf};
  }
  const auto first = written.find_first_not_of(kCategoryEdges);
  if (first == std::string::npos) {
    context.fail(*type, tr<"the document type is empty, and CSAF demands a category">());
    return {};
  }
  auto category = written.substr(first, written.find_last_not_of(kCategoryEdges) + 1 - first);
  if (category != written) {
    context.warn(*type, tr<"the category '{}' was taken of the document type '{}', for CSAF allows no blank, dash, "
                           "underscore or dot at its ends">(category, written));
  }
  return category;
}

/// One language where all agree.
std::string language_of(Context& context) {
  std::set<std::string> languages;
  for (const auto& element : context.document().elements()) {
    for (const auto& attribute : element.attributes) {
      if (attribute.uri == kXmlNamespace && attribute.local() == "lang" && !attribute.value.empty()) {
        languages.insert(attribute.value);
      }
    }
  }
  if (languages.empty()) return {};
  if (languages.size() > 1) {
    context.warn(
        context.root(),
        tr<"the language could not be determined, and the document may be one of several languages: xml:lang says {}">(
            text::shorten(fmt::format("{}", fmt::join(languages, ", ")), 400)));
    return {};
  }
  const auto& language = *languages.begin();
  if (const auto good = language::check_tag(language); !good) {
    context.warn(context.root(), tr<"xml:lang says '{}', which is no language tag and was not converted: {}">(
                                     text::shorten(language, 80), good.error().message));
    return {};
  }
  return language;
}

object publisher_of(Context& context) {
  object publisher;
  const auto* element = child_of(&context.root(), "DocumentPublisher");
  if (element != nullptr) {
    context.made_from("/document/publisher", *element);
    put(publisher, "category", context.word_of(*element, "Type", tr<"kind of publisher">(), kPartyWords));
    put(publisher, "contact_details", text_of(child_of(element, "ContactDetails")));
    put(publisher, "issuing_authority", text_of(child_of(element, "IssuingAuthority")));
    if (const auto vendor = attribute_of(*element, "VendorID"); !vendor.empty()) {
      context.note(csaf::ConversionNote::Level::warning, *element, "/@VendorID",
                   tr<"VendorID '{}' was not converted: CSAF has no place for it">(text::shorten(vendor, 80)));
    }
  }
  const auto& at = element == nullptr ? context.root() : *element;
  const auto given = [&](std::string_view key, const std::string& value, std::string_view option) {
    if (value.empty()) {
      context.fail(at, tr<"CVRF does not hold the publisher's {}, which CSAF demands: say it with {}">(key, option));
    }
    put(publisher, key, value);
  };
  given("name", context.options().publisher, "--publisher");
  given("namespace", context.options().publisher_namespace, "--namespace");
  return publisher;
}

constexpr std::string_view kLineEnds[] = {"\n", "\r", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};

std::string tracking_id_of(Context& context, const Element* identification) {
  const auto* id = child_of(identification, "ID");
  if (id == nullptr) return {};
  std::string clean;
  for (std::string_view rest = id->text; !rest.empty();) {
    // NEL, line and paragraph separator are line ends to Unicode.
    const auto* end = std::ranges::find_if(kLineEnds, [&](std::string_view each) { return rest.starts_with(each); });
    if (end == std::end(kLineEnds)) clean += rest.front();
    rest.remove_prefix(end == std::end(kLineEnds) ? 1 : end->size());
  }
  clean = text::trim(clean);
  if (clean != id->text) {
    context.warn(*id, tr<"line ends and white space around the document's id were removed: it is '{}' now">(
                          text::shorten(clean, 200)));
  }
  return clean;
}

// ---- Versions

/// Numbers between dots: "1.10" is after "1.9", "1.0" is "1". Texts, for they may have any length.
std::vector<std::string> parts_of(std::string_view number) {
  std::vector<std::string> parts;
  for (auto part : text::split(number, '.')) {
    part.remove_prefix(std::min(part.find_first_not_of('0'), part.size()));
    parts.emplace_back(part);
  }
  while (!parts.empty() && parts.back().empty()) parts.pop_back();
  return parts;
}

bool is_before(std::string_view a, std::string_view b) {
  const auto left = parts_of(a);
  const auto right = parts_of(b);
  return std::ranges::lexicographical_compare(left, right, [](const std::string& one, const std::string& other) {
    return one.size() != other.size() ? one.size() < other.size() : one < other;
  });
}

/// MAJOR.MINOR.PATCH of CVRF's numbers is what Semantic Versioning takes; other forms CVRF does not allow.
bool is_semantic(std::string_view number) {
  const auto parts = text::split(number, '.');
  return parts.size() == 3 && std::ranges::all_of(parts, [](std::string_view part) {
           return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos &&
                  (part == "0" || part.front() != '0');
         });
}

struct Revision {
  const Element* element;
  std::string number;
  std::size_t place;  ///< In the source: where numbers are equal, it decides.
  std::string legacy_number = {};
};

/// The history, and the document's version in it.
std::pair<array, std::string> make_versions(Context& context, const Element& tracking) {
  const auto* version = child_of(&tracking, "Version");
  const auto current = line_of(version);
  std::vector<Revision> revisions;
  bool semantic = version == nullptr || is_semantic(current);
  for (const auto* each : children_of(child_of(&tracking, "RevisionHistory"), "Revision")) {
    revisions.push_back({each, line_of(child_of(each, "Number")), revisions.size()});
    semantic = semantic && is_semantic(revisions.back().number);
  }
  auto as_written = current;
  if (!semantic) {
    std::ranges::sort(revisions, [](const Revision& a, const Revision& b) {
      if (is_before(a.number, b.number)) return true;
      return !is_before(b.number, a.number) && a.place < b.place;
    });
    as_written.clear();
    for (std::size_t i = 0; i < revisions.size(); ++i) {
      const auto number = fmt::format("{}", i + 1);
      // By the letter where one is so written, else by what the number means.
      const bool same = revisions[i].number == current;
      const bool equal = !is_before(revisions[i].number, current) && !is_before(current, revisions[i].number);
      if (same || (equal && as_written.empty())) as_written = number;
      revisions[i].legacy_number = std::exchange(revisions[i].number, number);
    }
    if (version != nullptr && as_written.empty()) {
      context.fail(*version,
                   tr<"the revision history has no revision '{}', the document's version">(text::shorten(current, 80)));
      as_written = fmt::format("{}", revisions.size());
    }
  }
  array history;
  for (const auto& each : revisions) {
    context.made_from(fmt::format("/document/tracking/revision_history/{}", history.size()), *each.element);
    object revision;
    if (const auto* date = child_of(each.element, "Date"); date != nullptr) {
      put(revision, "date", context.time_of(*date, date->text));
    }
    put(revision, "legacy_version", each.legacy_number);
    put(revision, "number", each.number);
    put(revision, "summary", text_of(child_of(each.element, "Description")));
    history.push_back(std::move(revision));
  }
  return {std::move(history), std::move(as_written)};
}

object tracking_of(Context& context) {
  object out;
  const auto* tracking = child_of(&context.root(), "DocumentTracking");
  if (tracking == nullptr) return out;
  context.made_from("/document/tracking", *tracking);
  const auto* identification = child_of(tracking, "Identification");
  std::vector<std::string> aliases;
  for (const auto* each : children_of(identification, "Alias")) aliases.push_back(line_of(each));
  put(out, "aliases", texts(aliases));
  const auto put_time = [&](std::string_view key, const Element* element) {
    if (element != nullptr) put(out, key, context.time_of(*element, element->text));
  };
  put_time("current_release_date", child_of(tracking, "CurrentReleaseDate"));
  if (const auto* generator = child_of(tracking, "Generator"); generator != nullptr) {
    object made;
    const auto* date = child_of(generator, "Date");
    const auto engine = line_of(child_of(generator, "Engine"));
    if (!engine.empty()) {
      if (date != nullptr) put(made, "date", context.time_of(*date, date->text));
      made["engine"] = object{{"name", engine}};
      out["generator"] = std::move(made);
    } else if (date != nullptr) {
      context.warn(*date, tr<"the generator's date '{}' was not converted: CSAF has none without an engine">(
                              text::shorten(line_of(date), 80)));
    }
  }
  put(out, "id", tracking_id_of(context, identification));
  put_time("initial_release_date", child_of(tracking, "InitialReleaseDate"));
  auto [history, version] = make_versions(context, *tracking);
  put(out, "revision_history", std::move(history));
  if (const auto* status = child_of(tracking, "Status"); status != nullptr) {
    const auto written = line_of(status);
    const auto found = std::ranges::find_if(
        kStatuses, [&](const Word& each) { return text::equals_ignore_case_ascii(each.cvrf, written); });
    if (found == std::end(kStatuses)) {
      context.fail(*status, tr<"'{}' is no status of a document; expected is one of Draft, Interim, Final">(
                                text::shorten(written, 80)));
    } else {
      put(out, "status", found->csaf);
    }
  }
  put(out, "version", version);
  return out;
}

}  // namespace

const std::span<const Word> kParties{kPartyWords};

array make_acknowledgments(Context& context, const Element* list, const std::string& pointer) {
  array made;
  for (const auto* each : children_of(list, "Acknowledgment")) {
    object out;
    std::vector<std::string> names, urls, organizations;
    for (const auto* name : children_of(each, "Name")) names.push_back(line_of(name));
    for (const auto* organization : children_of(each, "Organization")) organizations.push_back(line_of(organization));
    for (const auto* url : children_of(each, "URL")) urls.push_back(line_of(url));
    put(out, "names", texts(names));
    if (!organizations.empty()) put(out, "organization", organizations.front());
    if (organizations.size() > 1) {
      context.warn(
          *each,
          tr<"information might be lost in converting the acknowledgment: of its organizations only '{}' was "
             "converted, not {}">(
              organizations.front(),
              text::shorten(fmt::format("{}", fmt::join(organizations.begin() + 1, organizations.end(), ", ")), 400)));
    }
    put(out, "summary", text_of(child_of(each, "Description")));
    put(out, "urls", texts(urls));
    if (out.empty()) {
      context.warn(*each, tr<"an acknowledgment of nobody was not converted">());
      continue;
    }
    context.made_from(fmt::format("{}/{}", pointer, made.size()), *each);
    made.push_back(std::move(out));
  }
  return made;
}

array make_notes(Context& context, const Element* list, const std::string& pointer) {
  array made;
  for (const auto* each : children_of(list, "Note")) {
    const auto text = text_of(each);
    if (text.empty()) {
      context.warn(*each, tr<"a note without text was not converted">());
      continue;
    }
    object out;
    put(out, "audience", attribute_of(*each, "Audience"));
    put(out, "category", context.word_of(*each, "Type", tr<"type of note">(), kNoteTypes));
    put(out, "text", text);
    put(out, "title", attribute_of(*each, "Title"));
    context.made_from(fmt::format("{}/{}", pointer, made.size()), *each);
    made.push_back(std::move(out));
  }
  return made;
}

array make_references(Context& context, const Element* list, const std::string& pointer) {
  array made;
  for (const auto* each : children_of(list, "Reference")) {
    object out;
    const auto url = line_of(child_of(each, "URL"));
    auto summary = text_of(child_of(each, "Description"));
    if (summary.empty()) {
      context.warn(*each, tr<"the reference has no description, which CSAF demands: its URL stands in for it">());
      summary = url;
    }
    const auto category = context.word_of(*each, "Type", tr<"type of reference">(), kReferenceTypes);
    put(out, "category", category.empty() ? "external" : category);
    put(out, "summary", summary);
    put(out, "url", url);
    context.made_from(fmt::format("{}/{}", pointer, made.size()), *each);
    made.push_back(std::move(out));
  }
  return made;
}

object make_document(Context& context) {
  const auto& root = context.root();
  object document;
  put(document, "acknowledgments",
      make_acknowledgments(context, child_of(&root, "Acknowledgments"), "/document/acknowledgments"));
  if (const auto* severity = child_of(&root, "AggregateSeverity"); severity != nullptr) {
    context.made_from("/document/aggregate_severity", *severity);
    object made;
    put(made, "namespace", attribute_of(*severity, "Namespace"));
    put(made, "text", line_of(severity));
    if (!line_of(severity).empty()) document["aggregate_severity"] = std::move(made);
  }
  put(document, "category", category_of(context));
  document["csaf_version"] = "2.0";
  if (const auto text = text_of(child_of(&root, "DocumentDistribution")); !text.empty()) {
    document["distribution"] = object{{"text", text}};
  }
  put(document, "lang", language_of(context));
  put(document, "notes", make_notes(context, child_of(&root, "DocumentNotes"), "/document/notes"));
  document["publisher"] = publisher_of(context);
  put(document, "references", make_references(context, child_of(&root, "DocumentReferences"), "/document/references"));
  put(document, "title", line_of(child_of(&root, "DocumentTitle")));
  document["tracking"] = tracking_of(context);
  return document;
}

}  // namespace tocsin::formats::cvrf
