#include "exchange/import.hpp"

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/known_good.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/text_table.hpp"

namespace tocsin::cli {
namespace {

boost::json::object counts_json(const exchange::ObjectCounts& counts) {
  boost::json::object object;
  object.emplace("new", counts.created);
  object.emplace("updated", counts.updated);
  object.emplace("unchanged", counts.unchanged);
  object.emplace("history", counts.history);
  object.emplace("conflicting", counts.conflicting);
  object.emplace("removed", counts.removed);
  object.emplace("refused", counts.refused);
  object.emplace("lifted", counts.lifted);
  object.emplace("tlp_defaulted", counts.tlp_defaulted);
  if (counts.misp_events > 0) object.emplace("misp_events", counts.misp_events);
  if (counts.listed > 0) object.emplace("listed", counts.listed);
  return object;
}

boost::json::object item_json(const exchange::ImportItem& item) {
  boost::json::object object;
  object.emplace("file", item.name);
  object.emplace("outcome", item.outcome              ? domain::to_string(*item.outcome)
                            : item.skipped_as.empty() ? std::string_view{"rejected"}
                                                      : std::string_view{"skipped"});
  if (item.evidence) {
    object["outcome"] = item.evidence->taken ? "evidence" : "older";
    object["kind"] = item.evidence->source;
    object["what"] = item.evidence->said;
    object["entries"] = item.evidence->entries;
    const auto list = [](const std::vector<std::string>& cves) {
      boost::json::array array;
      for (const auto& cve : cves) array.emplace_back(cve);
      return array;
    };
    if (!item.evidence->added.empty()) object["added"] = list(item.evidence->added);
    if (!item.evidence->removed.empty()) object["removed"] = list(item.evidence->removed);
  }
  if (item.objects) {
    object["outcome"] = "objects";
    object["kind"] = item.objects->misp_events > 0 ? "MISP" : item.objects->listed > 0 ? "list" : "STIX";
    object["objects"] = counts_json(*item.objects);
  }
  if (!item.key.empty()) object.emplace("id", item.key);
  if (!item.skipped_as.empty()) object.emplace("kind", item.skipped_as);
  if (item.tlp_defaulted) object.emplace("tlp_defaulted", true);
  if (!item.problems.empty()) {
    boost::json::array problems;
    for (const auto& each : item.problems) problems.emplace_back(error_json(each));
    object.emplace("problems", std::move(problems));
  }
  if (!item.warnings.empty()) {
    boost::json::array warnings;
    for (const auto& each : item.warnings) warnings.emplace_back(error_json(each));
    object.emplace("warnings", std::move(warnings));
  }
  return object;
}

boost::json::object summary_json(const exchange::ImportSummary& summary) {
  boost::json::object object;
  object.emplace("new", summary.created);
  object.emplace("updated", summary.updated);
  object.emplace("unchanged", summary.unchanged);
  object.emplace("history", summary.history);
  object.emplace("conflicting", summary.conflicting);
  object.emplace("removed", summary.removed);
  object.emplace("rejected", summary.rejected);
  object.emplace("skipped", summary.skipped);
  object.emplace("evidence", summary.evidence);
  object.emplace("tlp_defaulted", summary.tlp_defaulted);
  object.emplace("stix", summary.stix);
  if (summary.stix > 0) object.emplace("objects", counts_json(summary.objects));
  object.emplace("documents", summary.documents);
  object.emplace("bytes", summary.bytes);
  object.emplace("seconds", summary.seconds);
  boost::json::object line;
  line.emplace("summary", std::move(object));
  return line;
}

/// What changed, with the names of a few.
std::string evidence_text(const engine::evidence::Taken& taken) {
  std::string out = taken.said + ".\n";
  // The first catalogue is all news, which says nothing.
  const bool first = static_cast<std::int64_t>(taken.added.size()) == taken.entries;
  if (!taken.added.empty() && !first) out += fmt::format("Added: {}.\n", text::list_some(taken.added));
  if (!taken.removed.empty()) out += fmt::format("Removed: {}.\n", text::list_some(taken.removed));
  return out;
}

constexpr std::string_view kRemovedHere = "left out, for they were removed here (--again brings them back)";

/// " 3 new, 1 updated".
struct Parts {
  std::string text;
  void add(std::int64_t count, std::string_view what) {
    if (count > 0) text += fmt::format("{} {} {}", text.empty() ? "" : ",", text::thousands(count), what);
  }
};

std::string objects_text(const exchange::ObjectCounts& counts) {
  Parts parts;
  parts.add(counts.created, "new");
  parts.add(counts.updated, "updated");
  parts.add(counts.unchanged, "unchanged");
  parts.add(counts.history, "older, kept as history");
  parts.add(counts.conflicting, "conflicting, kept beside");
  parts.add(counts.removed, kRemovedHere);
  parts.add(counts.refused, "refused");
  std::string out = fmt::format("STIX objects:{}.\n", parts.text.empty() ? " none" : parts.text);
  if (counts.misp_events > 0) {
    out += fmt::format("{} of MISP became STIX.\n", text::count_of(counts.misp_events, "event", "events"));
  }
  if (counts.listed > 0) {
    out += fmt::format("{} of lists became STIX.\n", text::count_of(counts.listed, "value", "values"));
  }
  if (counts.lifted > 0) {
    out += fmt::format("{} of STIX 2.0 {} lifted to 2.1.\n", text::count_of(counts.lifted, "object", "objects"),
                       counts.lifted == 1 ? "was" : "were");
  }
  return out;
}

std::string summary_text(const exchange::ImportSummary& summary, std::string_view default_tlp) {
  const auto rate = summary.seconds > 0 ? static_cast<double>(summary.documents) / summary.seconds : 0.0;
  std::string out = fmt::format("{} in {:.1f} s ({}/s):", text::count_of(summary.documents, "document", "documents"),
                                summary.seconds, text::thousands(static_cast<long long>(rate)));
  Parts parts;
  parts.add(summary.created, "new");
  parts.add(summary.updated, "updated");
  parts.add(summary.unchanged, "unchanged");
  parts.add(summary.history, "older, kept as history");
  parts.add(summary.conflicting, "conflicting, kept beside");
  parts.add(summary.removed, kRemovedHere);
  parts.add(summary.evidence, summary.evidence == 1 ? "file of evidence" : "files of evidence");
  parts.add(summary.stix, summary.stix == 1 ? "file of STIX" : "files of STIX");
  parts.add(summary.skipped, "skipped (no advisory)");
  parts.add(summary.rejected, "rejected");
  out += (parts.text.empty() ? " nothing to import" : parts.text) + ".\n";
  if (summary.stix > 0) out += objects_text(summary.objects);
  if (const auto defaulted = summary.tlp_defaulted + summary.objects.tlp_defaulted; defaulted > 0) {
    const auto* what = summary.objects.tlp_defaulted > 0 ? "documents and objects" : "documents";
    out += fmt::format(
        "{} no TLP label and got TLP:{}. Where they are meant for everyone, set default_tlp under [import] in "
        "tocsin.toml, or give --default-tlp, before importing.\n",
        defaulted == 1 ? fmt::format("1 {} bore", summary.tlp_defaulted == 1 ? "document" : "object")
                       : fmt::format("{} {} bore", text::thousands(defaulted), what),
        default_tlp);
  }
  return out;
}

}  // namespace

int run_import(const CommandLine& line) {
  const auto installation = open_installation(line.location);
  if (!installation) return fail(installation.error(), line.json);
  const auto& settings = installation->settings;
  load_known_good(line.location.folder);
  exchange::ImportOptions options;
  options.default_tlp = domain::parse_tlp(settings.text("import.default_tlp")).value_or(options.default_tlp);
  options.again = line.again;
  options.limits.document_bytes_max = static_cast<std::uint64_t>(settings.integer("import.document_bytes"));

  Progress progress{"Importing", "documents", !line.quiet};
  exchange::ImportEvents events;
  events.item = [&](const exchange::ImportItem& item) {
    if (line.json) {
      if (!line.quiet || !item.problems.empty()) print_json(item_json(item));
      return;
    }
    if (!line.quiet && !item.warnings.empty()) {
      progress.clear();
      for (const auto& each : item.warnings) fmt::print(stderr, "warning: {}\n", safe_text(each.to_string()));
    }
    if (item.evidence && (!line.quiet || !item.evidence->taken)) {
      progress.clear();
      print(safe_text(evidence_text(*item.evidence)));
    }
    if (item.problems.empty()) return;
    progress.clear();
    for (const auto& problem : item.problems) {
      const bool is_conflict = problem.code == Error::Code::conflict && !item.rejected();
      const auto* what = is_conflict || (item.outcome && !item.objects) ? "conflict" : "rejected";
      fmt::print(stderr, "{}: {}\n", what, safe_text(problem.to_string()));
    }
  };
  events.progress = [&](std::uint64_t documents, std::uint64_t bytes, std::uint64_t total) {
    progress.update(bytes, total, documents);
  };
  const auto summary = exchange::import_paths(*installation->database, line.paths, options, events, system_clock());
  progress.clear();
  if (!summary) return fail(summary.error(), line.json);
  if (line.json) {
    print_json(summary_json(*summary));
  } else if (!line.quiet || !summary->ok()) {
    print(summary_text(*summary, settings.text("import.default_tlp")));
  }
  return summary->ok() ? kGood : kFailed;
}

}  // namespace tocsin::cli
