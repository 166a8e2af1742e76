#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/text_table.hpp"
#include "exchange/source.hpp"
#include "formats/csaf/structure.hpp"
#include "formats/recognise.hpp"

namespace tocsin::cli {
namespace {

struct Verdict {
  std::string file;
  std::string csaf_version;  ///< Empty where it is no CSAF.
  std::vector<formats::Finding> findings;
  bool valid() const {
    return std::ranges::none_of(findings, [](const formats::Finding& each) {
      return each.group == formats::Finding::Group::schema || each.group == formats::Finding::Group::mandatory;
    });
  }
};

formats::Finding finding(std::string path, std::string message) {
  return {.test = "schema",
          .group = formats::Finding::Group::schema,
          .path = std::move(path),
          .message = std::move(message)};
}

Verdict check(std::string file, std::string_view bytes) {
  Verdict verdict{.file = std::move(file), .csaf_version = {}, .findings = {}};
  if (bytes.empty()) {
    verdict.findings.push_back(finding("", "The document is empty"));
    return verdict;
  }
  const auto parsed = json::parse(bytes);
  if (!parsed) {
    // A pointer stands as one; line and column have no place in a pointer.
    const auto& error = parsed.error();
    const bool pointer = error.where.starts_with('/');
    verdict.findings.push_back(finding(pointer ? error.where : "", pointer ? error.message : error.to_string()));
    return verdict;
  }
  const auto kind = formats::recognise(parsed->root());
  if (kind == formats::DocumentKind::csaf_2_0) verdict.csaf_version = "2.0";
  if (kind == formats::DocumentKind::csaf_2_1) verdict.csaf_version = "2.1";
  if (verdict.csaf_version.empty() && kind != formats::DocumentKind::csaf_unknown_version) {
    verdict.findings.push_back(
        finding("", kind == formats::DocumentKind::other_json
                        ? "This is no CSAF document: /document/csaf_version is missing"
                        : fmt::format("This is no CSAF advisory but: {}", formats::to_string(kind))));
    return verdict;
  }
  verdict.findings = formats::csaf::check_structure(parsed->root());
  return verdict;
}

void tell(const CommandLine& line, const Verdict& verdict) {
  if (line.json) {
    if (line.quiet && verdict.valid()) return;
    boost::json::object object;
    object.emplace("file", verdict.file);
    if (verdict.csaf_version.empty()) {
      object.emplace("csaf_version", nullptr);
    } else {
      object.emplace("csaf_version", verdict.csaf_version);
    }
    object.emplace("valid", verdict.valid());
    boost::json::array results;
    for (const auto& each : verdict.findings) {
      boost::json::object result;
      result.emplace("test", each.test);
      result.emplace("group", formats::to_string(each.group));
      result.emplace("path", each.path);
      result.emplace("message", each.message);
      results.emplace_back(std::move(result));
    }
    object.emplace("results", std::move(results));
    print_json(object);
    return;
  }
  if (verdict.valid() && line.quiet) return;
  print(fmt::format("{}: {}\n", verdict.file,
                    verdict.valid()
                        ? fmt::format("valid in structure (CSAF {})", verdict.csaf_version)
                        : text::count_of(static_cast<long long>(verdict.findings.size()), "problem", "problems")));
  for (const auto& each : verdict.findings) {
    print(safe_text(fmt::format("  {}{}{}", each.path, each.path.empty() ? "" : ": ", each.message)) + "\n");
  }
}

}  // namespace

int run_validate(const CommandLine& line) {
  std::int64_t documents = 0, invalid = 0;
  Progress progress{"Validating", "documents", !line.quiet};
  const auto judge = [&](const Verdict& verdict) {
    ++documents;
    if (!verdict.valid()) ++invalid;
    progress.clear();
    tell(line, verdict);
  };
  exchange::SourceEvents events;
  events.visit = [&](exchange::SourceDocument document) -> Status {
    judge(check(std::move(document.name), document.bytes));
    return ok();
  };
  events.bad = [&](std::string name, Error error) {
    judge({.file = std::move(name), .csaf_version = {}, .findings = {finding("", error.message)}});
  };
  events.progress = [&](std::uint64_t done, std::uint64_t total) {
    progress.update(done, total, static_cast<std::uint64_t>(documents));
  };
  for (const auto& path : line.paths) {
    if (const auto read = exchange::read_source(path, {}, events); !read) {
      progress.clear();
      return fail(read.error(), line.json);
    }
  }
  progress.clear();
  if (!line.json && !line.quiet && documents != 1) {
    print(fmt::format("{}, {} not valid.\n", text::count_of(documents, "document", "documents"),
                      text::thousands(invalid)));
  }
  return invalid == 0 ? kGood : kFailed;
}

}  // namespace tocsin::cli
