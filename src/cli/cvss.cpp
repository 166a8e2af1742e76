#include "base/text.hpp"
#include "cli/columns.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "formats/cvss/score.hpp"

namespace tocsin::cli {
namespace {

namespace cvss = formats::cvss;

boost::json::value number(const std::optional<int>& tenths) {
  if (!tenths) return nullptr;
  return *tenths / 10.0;  // The nearest double of one decimal is written with one decimal.
}

std::string rated(int tenths, cvss::Version version) {
  return fmt::format("{} {}", cvss::score_text(tenths), cvss::to_string(cvss::severity_of(tenths, version)));
}

void tell_json(std::string_view typed, const Result<cvss::Vector>& vector) {
  boost::json::object object;
  object.emplace("vector", typed);
  if (!vector) {
    object.emplace("version", nullptr);
    object.emplace("valid", false);
    object.emplace("scores", boost::json::array{nullptr, nullptr, nullptr});
    object.emplace("severity", nullptr);
    object.emplace("error", vector.error().to_string());
    print_json(object);
    return;
  }
  const auto scores = cvss::scores_of(*vector);
  object.emplace("version", cvss::to_string(vector->version));
  object.emplace("valid", true);
  object.emplace("scores", boost::json::array{number(scores.base_tenths), number(scores.temporal_tenths),
                                              number(scores.environmental_tenths)});
  object.emplace("severity", cvss::to_string(scores.severity()));
  print_json(object);
}

void tell_text(std::string_view typed, const Result<cvss::Vector>& vector) {
  constexpr std::size_t kWidth = 100;
  constexpr std::size_t kIndent = 13;
  if (!vector) {
    print(safe_text(fmt::format("{}\n  not valid: {}", typed, vector.error().to_string())) + "\n");
    return;
  }
  const auto scores = cvss::scores_of(*vector);
  const auto canonical = cvss::canonical(*vector);
  std::string out = safe_text(typed) + "\n";
  if (canonical != typed) out += fmt::format("  Canonical            {}\n", canonical);
  out += fmt::format("  Version              CVSS {}\n", cvss::to_string(vector->version));
  if (vector->version == cvss::Version::v4_0) {
    out += fmt::format("  Score                {} ({}, macro-vector {})\n", rated(scores.base_tenths, vector->version),
                       scores.nomenclature, scores.macro_vector);
  } else {
    out += fmt::format("  Base score           {}\n", rated(scores.base_tenths, vector->version));
    if (vector->names_temporal) {
      out += fmt::format("  Temporal score       {}\n", rated(scores.temporal_tenths.value_or(0), vector->version));
    }
    if (vector->names_environmental) {
      out +=
          fmt::format("  Environmental score  {}\n", rated(scores.environmental_tenths.value_or(0), vector->version));
    }
  }
  std::string_view group;
  for (const auto& each : vector->metrics) {
    if (each.group != group) out += fmt::format("  {}\n", each.group);
    group = each.group;
    out += fmt::format("    {:<8} {}: {}\n", fmt::format("{}:{}", each.metric, each.value), each.metric_name,
                       each.value_name);
    out += wrap(each.explanation, kWidth, kIndent);
  }
  print(out);
}

}  // namespace

int run_cvss(const CommandLine& line) {
  bool all_valid = true;
  bool first = true;
  const auto answer = [&](std::string_view typed) {
    const auto vector = cvss::parse_vector(typed);
    all_valid = all_valid && vector.has_value();
    if (line.json) {
      tell_json(typed, vector);
    } else {
      if (!first) print("\n");
      tell_text(typed, vector);
    }
    first = false;
  };
  const auto answer_lines = [&] {
    for (std::string typed; next_line(typed, cvss::kVectorBytesMax);) {
      if (const auto trimmed = text::trim(typed); !trimmed.empty()) answer(trimmed);
    }
  };
  if (line.vectors.empty()) answer_lines();
  for (const auto& each : line.vectors) {
    if (each == "-") {
      answer_lines();
    } else {
      answer(text::trim(each));
    }
  }
  return all_valid ? kGood : kFailed;
}

}  // namespace tocsin::cli
