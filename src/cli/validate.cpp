#include "formats/csaf/validate/validate.hpp"

#include <span>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/sarif.hpp"
#include "cli/text_table.hpp"
#include "exchange/source.hpp"
#include "exchange/spelling.hpp"
#include "formats/csaf/distribution/distribution.hpp"
#include "formats/stix/validate.hpp"

namespace tocsin::cli {
namespace {

namespace csaf = formats::csaf;
namespace stix = formats::stix;
using formats::Finding;

Finding schema_finding(std::string message) {
  return {.test = "schema", .group = Finding::Group::schema, .path = {}, .message = std::move(message), .mend = {}};
}

/// "CSAF 2.0 advisory", "CSAF provider metadata"; empty where nobody can tell.
std::string kind_of(const csaf::Verdict& verdict) {
  if (verdict.kind != formats::DocumentKind::other_json) return std::string{formats::to_string(verdict.kind)};
  return verdict.version ? fmt::format("CSAF {} advisory", csaf::to_string(*verdict.version)) : std::string{};
}

/// What a line of text says of a document: "CSAF 2.0", "CSAF provider metadata 2.1", "ROLIE feed of CSAF 2.0".
std::string name_of(const csaf::Verdict& verdict) {
  const auto version = verdict.version ? std::string{csaf::to_string(*verdict.version)} : std::string{};
  if (!csaf::is_distribution(verdict.kind)) return "CSAF " + version;
  const auto kind = formats::to_string(verdict.kind);
  if (version.empty()) return std::string{kind};
  return fmt::format("{} {}{}", kind, verdict.kind == formats::DocumentKind::rolie_feed ? "of CSAF " : "", version);
}

/// "STIX 2.1 bundle", "STIX 2.0 object": what a line of text says.
std::string name_of(const stix::Verdict& verdict) {
  return fmt::format("STIX {} {}", stix::to_string(verdict.version),
                     verdict.content.form == stix::Form::lines ? "lines" : stix::to_string(verdict.content.form));
}

boost::json::array results_of(std::span<const Finding> findings, std::optional<formats::csaf::CsafVersion> version) {
  boost::json::array results;
  for (const auto& each : findings) {
    boost::json::object result;
    result["test"] = each.test;
    result["group"] = csaf::group_name(each.group, version);
    result["path"] = each.path;
    result["message"] = formats::sentence_of(each);
    results.push_back(std::move(result));
  }
  return results;
}

boost::json::object json_of(std::string_view file, const stix::Verdict& verdict) {
  boost::json::object object;
  object["file"] = file;
  object["csaf_version"] = nullptr;
  object["stix_version"] = stix::to_string(verdict.version);
  object["kind"] = fmt::format("STIX {}", stix::to_string(verdict.content.form));
  object["objects"] = verdict.content.objects;
  object["valid"] = verdict.is_valid();
  object["results"] = results_of(verdict.findings, std::nullopt);
  return object;
}

boost::json::object json_of(std::string_view file, const csaf::Verdict& verdict) {
  boost::json::object object;
  object["file"] = file;
  object["csaf_version"] = nullptr;
  if (verdict.version) object["csaf_version"] = csaf::to_string(*verdict.version);
  object["kind"] = nullptr;
  if (const auto kind = kind_of(verdict); !kind.empty()) object["kind"] = kind;
  object["valid"] = verdict.is_valid();
  object["results"] = results_of(verdict.findings, verdict.version);
  if (!verdict.not_run.empty()) {
    boost::json::array not_run;
    for (const auto& each : verdict.not_run) {
      boost::json::object test;
      test["test"] = each.test;
      test["why"] = each.why;
      not_run.push_back(std::move(test));
    }
    object["not_run"] = std::move(not_run);
  }
  return object;
}

/// "2 errors, 1 warning": groups in words that say how much they matter.
std::string counts(std::span<const Finding> findings) {
  long long errors = 0, warnings = 0, notes = 0;
  for (const auto& each : findings) {
    switch (each.group) {
      case Finding::Group::schema:
      case Finding::Group::mandatory:
        ++errors;
        break;
      case Finding::Group::recommended:
        ++warnings;
        break;
      case Finding::Group::informative:
      case Finding::Group::quality:
        ++notes;
        break;
    }
  }
  std::string words;
  const auto add = [&](long long count, const char* one, const char* many) {
    if (count == 0) return;
    if (!words.empty()) words += ", ";
    words += text::count_of(count, one, many);
  };
  add(errors, "error", "errors");
  add(warnings, "warning", "warnings");
  add(notes, "note", "notes");
  return words;
}

class Reporter {
 public:
  explicit Reporter(const CommandLine& line) : line_(line) {}

  void tell(std::string_view file, const csaf::Verdict& verdict) {
    for (const auto& each : verdict.not_run) not_run_.emplace(each.test, each.why);
    tell_of(file, verdict, csaf::is_distribution(verdict.kind));
  }
  void tell(std::string_view file, const stix::Verdict& verdict) { tell_of(file, verdict, true); }

  void finish(std::int64_t documents, std::int64_t invalid) && {
    if (line_.sarif) return print_json(std::move(sarif_).finish());
    if (line_.json || line_.quiet) return;
    if (documents != 1) {
      print(fmt::format("{}, {} not valid.\n", text::count_of(documents, "document", "documents"),
                        text::thousands(invalid)));
    }
    if (!not_run_.empty()) {
      std::string list;
      for (const auto& [test, why] : not_run_) list += fmt::format("\n  {} {}", test, why);
      print(fmt::format("Not run:{}\n", list));
    }
  }

 private:
  /// `named`: the kind is said also of what is not valid.
  template <class Verdict>
  void tell_of(std::string_view file, const Verdict& verdict, bool named) {
    if (line_.sarif) return sarif_.add(file, verdict.findings);
    if (line_.quiet && verdict.is_valid()) return;
    if (line_.json) return print_json(json_of(file, verdict));
    const auto found = counts(verdict.findings);
    if (verdict.is_valid()) {
      print(safe_text(fmt::format("{}: valid ({}){}\n", file, name_of(verdict), found.empty() ? "" : ", " + found)));
    } else {
      print(safe_text(
          fmt::format("{}: not valid{}, {}\n", file, named ? fmt::format(" ({})", name_of(verdict)) : "", found)));
    }
    for (const auto& each : verdict.findings) {
      print(safe_text(fmt::format("  {} {}: {}\n", each.test, each.path.empty() ? "/" : each.path, each.message)));
      if (!each.mend.empty()) print(safe_text(fmt::format("      {}\n", each.mend)));
    }
  }

  const CommandLine& line_;
  SarifLog sarif_;
  std::map<std::string_view, std::string_view> not_run_;
};

}  // namespace

int run_validate(const CommandLine& line) {
  exchange::HunspellSpeller speller{exchange::system_dictionaries()};
  csaf::Validator validator{{.bytes_max = line.bytes_max, .depth_max = line.depth_max}, speller.if_any()};
  const auto mode = csaf::parse_mode(line.mode).value_or(csaf::Mode::basic);
  std::int64_t documents = 0, invalid = 0;
  Reporter reporter{line};
  Progress progress{"Validating", "documents", !line.quiet};
  // A bundle is judged object by object: of it may be much, of one object not.
  stix::Validator stix_validator{{.bytes_max = line.bytes_max,
                                  .object_bytes_max = std::min(line.bytes_max, stix::ReadLimits{}.object_bytes_max),
                                  .depth_max = line.depth_max}};
  const auto judge = [&](std::string_view file, const auto& verdict) {
    ++documents;
    if (!verdict.is_valid()) ++invalid;
    progress.clear();
    reporter.tell(file, verdict);
  };
  exchange::SourceEvents events;
  events.visit = [&](const exchange::SourceDocument& document) -> Status {
    if (stix::looks_like_stix(document.bytes)) {
      auto verdict = stix_validator.validate(document.bytes);
      std::erase_if(verdict.findings, [&](const Finding& each) { return !csaf::belongs_to(each.group, mode); });
      judge(document.name, verdict);
      return ok();
    }
    auto verdict = validator.validate_any(document.bytes, mode, line.quality, system_clock().now());
    if (const auto file = exchange::file_of(document.name); !file.empty() && mode != csaf::Mode::basic) {
      auto finding = csaf::check_file_name(file, verdict.tracking_id, verdict.is_valid());
      if (finding) verdict.findings.push_back(std::move(*finding));
    }
    judge(document.name, verdict);
    return ok();
  };
  events.bad = [&](const std::string& name, const Error& error) {
    csaf::Verdict verdict;
    verdict.findings.push_back(schema_finding(error.message));
    judge(name, verdict);
  };
  events.progress = [&](std::uint64_t done, std::uint64_t total) {
    progress.update(done, total, static_cast<std::uint64_t>(documents));
  };
  for (const auto& path : line.paths) {
    if (const auto read = exchange::read_source(path, {.document_bytes_max = line.bytes_max}, events); !read) {
      progress.clear();
      return fail(read.error(), line.json);
    }
  }
  progress.clear();
  std::move(reporter).finish(documents, invalid);
  return invalid == 0 ? kGood : kFailed;
}

}  // namespace tocsin::cli
