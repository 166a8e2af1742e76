#include "formats/csaf/validate/validate.hpp"

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/text_table.hpp"
#include "exchange/source.hpp"

namespace tocsin::cli {
namespace {

namespace csaf = formats::csaf;

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
          .message = std::move(message),
          .mend = {}};
}

Verdict check(csaf::Validator& validator, std::string file, std::string_view bytes) {
  auto checked = validator.validate(bytes);
  return {.file = std::move(file),
          .csaf_version = checked.version ? std::string{csaf::to_string(*checked.version)} : "",
          .findings = std::move(checked.findings)};
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
  csaf::Validator validator;
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
    judge(check(validator, std::move(document.name), document.bytes));
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
