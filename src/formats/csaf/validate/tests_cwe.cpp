#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/test_groups.hpp"
#include "formats/cwe/cwe.hpp"

/// Weaknesses: 6.1.11, and what is recommended of them in 2.1, 6.2.23 to 6.2.26.
namespace tocsin::formats::csaf {
namespace {

/// 2.0 has one weakness without the version of its list, which was none of its time if no list ever had it.
void cwe_2_0(const Model& model, Sink& sink) {
  for (const auto& vulnerability : model.vulnerabilities) {
    const auto weakness = vulnerability.cwe;
    if (!weakness) continue;
    const auto id = weakness.text_at("id");
    const auto name = weakness.text_at("name");
    if (cwe::was_ever_named(id, name)) continue;
    if (!cwe::is_known(id)) {
      sink.add(weakness["id"] ? weakness["id"] : weakness, tr<"there is no weakness '{}'">(text::shorten(id, 40)),
               tr<"Name a weakness of CWE, not a category or view.">());
    } else {
      sink.add(weakness["name"] ? weakness["name"] : weakness,
               tr<"{} was never called '{}'">(text::shorten(id, 40), text::shorten(name, 80)),
               tr<"Write '{}'.">(cwe::newest_name(id)));
    }
  }
}

template <class Use>
void each_cwe(const Model& model, Use use) {
  for (const auto& vulnerability : model.vulnerabilities) {
    for (const auto weakness : vulnerability.node["cwes"].elements()) {
      if (weakness.is_object()) use(weakness, weakness.text_at("id"), weakness.text_at("version"));
    }
  }
}

void cwe_2_1(const Model& model, Sink& sink) {
  each_cwe(model, [&](Node weakness, std::string_view id, std::string_view version) {
    const auto name = weakness.text_at("name");
    if (!cwe::is_version(version)) {
      sink.add(weakness["version"] ? weakness["version"] : weakness,
               tr<"there is no version '{}' of CWE">(text::shorten(version, 40)),
               tr<"Name the version of CWE that the weakness was taken from.">());
      return;
    }
    const auto known = cwe::find(id, version);
    if (!known) {
      sink.add(weakness["id"] ? weakness["id"] : weakness,
               tr<"CWE {} has no weakness '{}'">(version, text::shorten(id, 40)),
               tr<"Name a weakness of that version, not a category or view.">());
    } else if (known->name != name) {
      sink.add(weakness["name"] ? weakness["name"] : weakness,
               tr<"CWE {} does not call {} '{}'">(version, id, text::shorten(name, 80)),
               tr<"Write '{}'.">(known->name));
    }
  });
}

/// What the version that the document names says of the weakness; nothing where 6.1.11 fails.
template <class Bad>
void by_status(const Model& model, Sink& sink, Bad bad, std::string_view what, std::string_view mend) {
  each_cwe(model, [&](Node weakness, std::string_view id, std::string_view version) {
    const auto known = cwe::find(id, version);
    if (known && bad(*known)) {
      sink.add(weakness["id"], tr<"{} is {} in CWE {}">(id, what, version), mend);
    }
  });
}

void deprecated_cwe(const Model& model, Sink& sink) {
  by_status(
      model, sink,
      [](const cwe::Weakness& each) {
        return each.status == cwe::Status::deprecated || each.status == cwe::Status::obsolete;
      },
      tr<"deprecated">(), tr<"Choose one that is in use.">());
}

void non_latest_version(const Model& model, Sink& sink) {
  std::optional<Timestamp> newest;
  for (const auto& revision : model.revisions) newest = std::max(newest, revision.date);
  if (!newest) return;
  // The day before the newest entry of the history: a list of that very day may have been out of reach.
  const auto latest = cwe::version_of_day(format_date(*newest));
  if (latest.empty()) return;
  each_cwe(model, [&](Node weakness, std::string_view, std::string_view version) {
    if (version == latest || !cwe::is_version(version)) return;
    sink.add(weakness["version"], tr<"CWE {} was not the latest version; {} was">(version, latest),
             tr<"Take the weakness from the latest version.">());
  });
}

void usage_not_allowed(const Model& model, Sink& sink) {
  by_status(
      model, sink,
      [](const cwe::Weakness& each) {
        return each.usage == cwe::Usage::discouraged || each.usage == cwe::Usage::prohibited;
      },
      tr<"not allowed for mapping vulnerabilities">(), tr<"Choose a more precise weakness.">());
}

void usage_with_review(const Model& model, Sink& sink) {
  by_status(
      model, sink, [](const cwe::Weakness& each) { return each.usage == cwe::Usage::allowed_with_review; },
      tr<"allowed for mapping vulnerabilities only with review">(), tr<"See whether a more precise weakness fits.">());
}

constexpr Test kTests[] = {
    {.id = "6.1.11", .in_2_1 = false, .run = cwe_2_0},
    {.id = "6.1.11", .in_2_0 = false, .run = cwe_2_1},
    {.id = "6.2.23", .in_2_0 = false, .run = deprecated_cwe},
    {.id = "6.2.24", .in_2_0 = false, .run = non_latest_version},
    {.id = "6.2.25", .in_2_0 = false, .run = usage_not_allowed},
    {.id = "6.2.26", .in_2_0 = false, .run = usage_with_review},
};

}  // namespace

std::span<const Test> cwe_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
