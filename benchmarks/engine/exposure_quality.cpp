// exposure_quality [SEED]: how well the matcher finds what it should. From the real advisories of TOCSIN_DATA it makes
// inventory lines as plants write them, with what is true of them by construction (exposure_lines.hpp), and prints a
// table a kind of line: precision and recall at "affected" with confidence 0.5 and above, what two plain matchers
// reach, and the calibration error over the half of the vendors that the calibration was not fitted on. With
// FAILURES=N in the environment the first N wrong answers of each kind are shown.
// exposure_quality pairs: the same for the pairs that were labelled by hand, with each disagreement.
// exposure_quality fit: fits the calibration on the other half of the vendors and prints the constants of
// src/engine/exposure/calibration.cpp.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "domain/vendor.hpp"
#include "engine/exposure/matcher.hpp"
#include "engine/exposure/testing/pairs.hpp"
#include "engine/exposure/vendor_group.hpp"
#include "exposure_lines.hpp"
#include "exposure_plain.hpp"

namespace {

using namespace tocsin;
using namespace tocsin::benchmarks;
namespace exposure = engine::exposure;
namespace csaf = formats::csaf;
using exposure::Match;
using exposure::Status;
using Truth = Line::Truth;

constexpr double kToldMin = 0.5;
constexpr std::uint32_t kFitSeed = 1001;  ///< Not the seed of the table.

struct Counts {
  int true_positive = 0, false_positive = 0, false_negative = 0, lines = 0, passed_over = 0, asks = 0;
  double precision() const {
    const int told = true_positive + false_positive;
    return told == 0 ? 1 : static_cast<double>(true_positive) / told;
  }
  double recall() const {
    const int there = true_positive + false_negative;
    return there == 0 ? 1 : static_cast<double>(true_positive) / there;
  }
  void count(Truth truth, bool said, bool mentioned) {
    ++lines;
    if (truth == Truth::ask) {
      ++asks;
      passed_over += mentioned ? 0 : 1;
      return;
    }
    const bool is = truth == Truth::affected;
    if (is && said) ++true_positive;
    if (is && !said) ++false_negative;
    if (!is && said) ++false_positive;
  }
};

/// The vendors fall into two halves: one to fit on, one to report about.
bool is_fitted_on(const csaf::Advisory& advisory) {
  std::uint32_t hash = 2166136261U;
  for (const char c : domain::vendor_key(advisory.products.front().vendor)) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  return (hash >> 8U) % 2 == 0;
}

struct Sample {
  double fit = 0, confidence = 0;
  bool right = false;
};
using Samples = std::array<std::vector<Sample>, exposure::kEvidences>;

/// Expected calibration error over ten bins.
double calibration_error(const Samples& samples) {
  struct Bin {
    double confidence = 0;
    int right = 0, count = 0;
  };
  std::array<Bin, 10> bins{};
  int all = 0;
  for (const auto& list : samples) {
    for (const auto& sample : list) {
      auto& bin = bins[std::min<std::size_t>(9, static_cast<std::size_t>(sample.confidence * 10))];
      bin.confidence += sample.confidence;
      bin.right += sample.right ? 1 : 0;
      ++bin.count;
      ++all;
    }
  }
  double error = 0;
  for (const auto& bin : bins) {
    if (bin.count > 0) error += std::abs(bin.confidence - bin.right) / all;
  }
  return error;
}

/// What is told to be affected, with what is true of it: of the advisory that the line was made from; another vendor's
/// advisory does not speak of the line.
void take_samples(const Line& line, const std::vector<Match>& matches, const std::vector<csaf::Advisory>& advisories,
                  Samples& samples, int* foreign) {
  const auto group_of = [&](std::size_t advisory) {
    return exposure::vendor_group(advisories[advisory].products.front().vendor);
  };
  const auto own_group = group_of(line.advisory);
  for (const auto& match : matches) {
    if (match.status != Status::affected) continue;
    auto& list = samples[static_cast<std::size_t>(match.evidence)];
    if (match.advisory == line.advisory) {
      list.push_back({match.fit, match.confidence, line.truth == Truth::affected});
      continue;
    }
    if (line.origin != line.advisory || exposure::may_be_one(own_group, group_of(match.advisory))) continue;
    // Some advisories tell other vendors' products, with the vendor in the product's name.
    const auto vendor = domain::vendor_display_name(advisories[line.advisory].products.front().vendor);
    if (std::ranges::any_of(advisories[match.advisory].products, [&](const csaf::Product& product) {
          return text::contains_ignore_case_ascii(product.product, vendor.substr(0, vendor.find_first_of(" ,(")));
        })) {
      continue;
    }
    list.push_back({match.fit, match.confidence, false});
    if (match.confidence >= kToldMin) ++*foreign;
  }
}

std::string describe(const Line& line) {
  return fmt::format("vendor '{}' product '{}' model '{}' version '{}'", line.item.vendor, line.item.product,
                     line.item.model, line.item.versions.front().text);
}

std::string share(const Counts& counts, double value) {
  // Without lines that are affected neither share means anything.
  return counts.true_positive + counts.false_negative > 0 ? fmt::format("{:.3f}", value) : std::string{"-"};
}

void print_row(const std::string& kind, const Counts& own, const Counts& names, const Counts& words) {
  fmt::print("{:<28} {:>6} {:>6} {:>6} {:>9} {:>7}   {:>9} {:>7}   {:>9} {:>7}\n", kind, own.lines,
             own.false_negative + own.passed_over, own.false_positive, share(own, own.precision()),
             share(own, own.recall()), share(names, names.precision()), share(names, names.recall()),
             share(words, words.precision()), share(words, words.recall()));
}

/// Isotonic regression: pools neighbours until the share of right answers rises with the fit; pools of few samples are
/// joined to the next.
void print_fit(exposure::Evidence evidence, std::vector<Sample> samples) {
  struct Pool {
    double fit = 0, right = 0, count = 0;
    double share() const { return (right + 0.5) / (count + 1); }
  };
  constexpr double kPoolMin = 25;
  std::ranges::sort(samples, {}, &Sample::fit);
  std::vector<Pool> pools;
  for (const auto& sample : samples) {
    // What fits alike is one pool from the start.
    if (!pools.empty() && std::abs(pools.back().fit / pools.back().count - sample.fit) < 1e-9) {
      pools.back().fit += sample.fit;
      pools.back().right += sample.right ? 1 : 0;
      ++pools.back().count;
    } else {
      pools.push_back({sample.fit, sample.right ? 1.0 : 0.0, 1});
    }
    while (pools.size() > 1) {
      auto& last = pools.back();
      auto& before = pools[pools.size() - 2];
      const bool may_grow = &last != &pools.back();
      if (may_grow || (before.count >= kPoolMin && before.right / before.count < last.right / last.count)) break;
      before.fit += last.fit;
      before.right += last.right;
      before.count += last.count;
      pools.pop_back();
    }
  }
  fmt::print("{} ({} samples):", exposure::to_string(evidence), samples.size());
  for (const auto& pool : pools) fmt::print(" {{{:.3f}, {:.3f}}},", pool.fit / pool.count, pool.share());
  fmt::print("\n");
}

int fit_calibration(const exposure::Matcher& matcher, const std::vector<csaf::Advisory>& advisories) {
  Samples samples;
  int foreign = 0;
  for (const auto& line : make_lines(advisories, kFitSeed, 6)) {
    if (is_fitted_on(advisories[line.advisory])) {
      take_samples(line, matcher.match(line.item), advisories, samples, &foreign);
    }
  }
  for (std::size_t i = 0; i < samples.size(); ++i) print_fit(static_cast<exposure::Evidence>(i), samples[i]);
  return 0;
}

int judge_pairs(const exposure::Matcher& matcher, const std::vector<csaf::Advisory>& advisories,
                std::string_view file) {
  const auto pairs = exposure::testing::labelled_pairs(file);
  const auto answers = exposure::testing::ask(matcher, pairs);
  const auto score = exposure::testing::score(answers);
  const PlainMatchers plain{advisories};
  std::map<std::string, std::size_t> advisory_of;
  for (std::size_t at = 0; at < advisories.size(); ++at) advisory_of[advisories[at].header.tracking_id] = at;
  Counts names, words;
  Samples samples;
  for (const auto& answer : answers) {
    if (!answer.agrees_in_effect()) fmt::print("{}\n", exposure::testing::describe(answer));
    const auto truth = answer.pair->label == "affected" ? Truth::affected : Truth::not_affected;
    const auto advisory = advisory_of.at(answer.pair->advisory);
    names.count(truth, plain.by_name(answer.pair->item, advisory), true);
    words.count(truth, plain.by_words(answer.pair->item, advisory), true);
    if (answer.match && answer.match->status == Status::affected) {
      samples[0].push_back({answer.match->fit, answer.match->confidence, truth == Truth::affected});
    }
  }
  fmt::print("\n{} pairs: {} agree, {} where fixed and not affected count as one\n", score.all, score.agree,
             score.agree_in_effect);
  fmt::print("affected: precision {:.3f}, recall {:.3f} ({} right, {} wrong, {} missed), calibration error {:.3f}\n",
             score.precision(), score.recall(), score.affected_right, score.affected_wrong, score.affected_missed,
             calibration_error(samples));
  fmt::print("exact CPE: precision {:.3f}, recall {:.3f}; token Jaccard: precision {:.3f}, recall {:.3f}\n",
             names.precision(), names.recall(), words.precision(), words.recall());
  return 0;
}

int print_table(const exposure::Matcher& matcher, const std::vector<csaf::Advisory>& advisories, std::uint32_t seed) {
  const auto* wanted_failures = std::getenv("FAILURES");
  const int failures_shown = wanted_failures == nullptr ? 0 : std::atoi(wanted_failures);
  PlainMatchers plain{advisories};
  const auto lines = make_lines(advisories, seed, 6);
  plain.choose_threshold(make_lines(advisories, kFitSeed, 6));
  std::map<std::string, std::array<Counts, 3>> by_kind;
  std::array<Counts, 3> all;
  std::map<std::string, int> shown;
  Samples samples, held_out;
  int foreign = 0, foreign_held_out = 0, told = 0;
  for (const auto& line : lines) {
    const auto matches = matcher.match(line.item);
    const Match* own = nullptr;
    for (const auto& match : matches) {
      if (match.advisory == line.advisory) own = &match;
      if (match.status == Status::affected && match.confidence >= kToldMin) ++told;
    }
    take_samples(line, matches, advisories, samples, &foreign);
    if (!is_fitted_on(advisories[line.advisory])) {
      take_samples(line, matches, advisories, held_out, &foreign_held_out);
    }
    const bool said = own != nullptr && own->status == Status::affected && own->confidence >= kToldMin;
    const bool mentioned = said || (own != nullptr && own->status == Status::undecidable);
    const bool others[] = {plain.by_name(line.item, line.advisory), plain.by_words(line.item, line.advisory)};
    for (auto* counts : {&by_kind[line.kind], &all}) {
      (*counts)[0].count(line.truth, said, mentioned);
      (*counts)[1].count(line.truth, others[0], others[0]);
      (*counts)[2].count(line.truth, others[1], others[1]);
    }
    const bool wrong = line.truth == Truth::ask ? !mentioned : said != (line.truth == Truth::affected);
    if (wrong && shown[line.kind]++ < failures_shown) {
      fmt::print("{}: {} {}\n   {}\n   {}\n", line.kind, line.truth == Truth::not_affected ? "wrong" : "missed",
                 matcher.id_of(line.advisory), describe(line),
                 own == nullptr ? "no match"
                                : fmt::format("{} {:.2f} {} {}", to_string(own->status), own->confidence, own->because,
                                              own->question));
    }
  }
  fmt::print("{:<28} {:>6} {:>6} {:>6} {:>9} {:>7}   {:>17}   {:>17}\n", "kind of line", "lines", "missed", "wrong",
             "precision", "recall", "exact CPE", fmt::format("Jaccard >= {:.2f}", plain.threshold()));
  for (const auto& [kind, counts] : by_kind) print_row(kind, counts[0], counts[1], counts[2]);
  print_row("all", all[0], all[1], all[2]);
  fmt::print("calibration error {:.3f} over the vendors that it was not fitted on, {:.3f} over all\n",
             calibration_error(held_out), calibration_error(samples));
  fmt::print("{} of {} told to be affected are another vendor's ({:.4f})\n", foreign, told,
             told == 0 ? 0 : static_cast<double>(foreign) / told);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string what = count > 1 ? arguments[1] : "1";
  const bool is_seed = !what.empty() && what.find_first_not_of("0123456789") == std::string::npos;
  if (count > 2 || (!is_seed && what != "fit" && !what.starts_with("pairs"))) {
    std::fputs("Usage: exposure_quality [SEED | pairs | pairs_second | pairs_third | fit]\n", stderr);
    return 2;
  }
  const auto advisories = exposure::testing::real_advisories();
  if (advisories.empty()) {
    std::fputs("csaf/cisa-ot-2017-2022.tar.zst is not in TOCSIN_DATA: nothing to measure.\n", stdout);
    return 0;
  }
  exposure::Matcher matcher;
  for (const auto& advisory : advisories) matcher.add(advisory);
  matcher.prepare();
  if (what.starts_with("pairs")) return judge_pairs(matcher, advisories, what + ".tsv");
  if (what == "fit") return fit_calibration(matcher, advisories);
  return print_table(matcher, advisories, static_cast<std::uint32_t>(std::strtoul(what.c_str(), nullptr, 10)));
}
