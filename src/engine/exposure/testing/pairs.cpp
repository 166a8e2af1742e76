#include "engine/exposure/testing/pairs.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::engine::exposure::testing {
namespace {

constexpr double kToldMin = 0.5;
const std::string kUnrelated = "unrelated";

bool is_label(std::string_view label) {
  using enum Status;
  return label == kUnrelated ||
         std::ranges::any_of(
             std::initializer_list<Status>{affected, undecidable, under_investigation, fixed, not_affected},
             [&](Status each) { return to_string(each) == label; });
}

std::string effect_of(const std::string& label) { return label == to_string(Status::fixed) ? "not_affected" : label; }

}  // namespace

std::vector<Pair> labelled_pairs(std::string_view file) {
  const auto path = std::filesystem::path{TOCSIN_SOURCE_DIR} / "src/engine/exposure/testdata" / file;
  const auto bytes = formats::testing::read_file(path);
  std::vector<Pair> pairs;
  std::size_t number = 0;
  for (const auto line : text::split(bytes, '\n')) {
    ++number;
    if (number == 1 || line.empty()) continue;
    const auto columns = text::split(line, '\t');
    if (columns.size() != 8 || !is_label(columns[6]) || columns[5].empty() || columns[7].empty()) {
      throw std::runtime_error(
          fmt::format("{}:{}: vendor, product, model, version, serial, advisory, label and reason "
                      "are wanted, between tabs",
                      path.string(), number));
    }
    Pair pair;
    pair.item.row = number - 1;
    pair.item.vendor = columns[0];
    pair.item.product = columns[1];
    pair.item.model = columns[2];
    if (!columns[3].empty()) pair.item.versions.push_back({"", std::string{columns[3]}});
    pair.item.serial = columns[4];
    pair.advisory = columns[5];
    pair.label = columns[6];
    pair.reason = columns[7];
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

std::vector<formats::csaf::Advisory> real_advisories() {
  std::map<std::string, formats::csaf::Advisory> by_name;
  formats::testing::for_each_file("csaf/cisa-ot-2017-2022.tar.zst",
                                  [&](const std::string& name, const std::string& bytes) {
                                    if (!name.ends_with(".json")) return;
                                    const auto parsed = json::parse(bytes);
                                    if (!parsed) return;
                                    if (auto advisory = formats::csaf::read_advisory(parsed->root()))
                                      by_name.emplace(name, std::move(*advisory));
                                  });
  std::vector<formats::csaf::Advisory> advisories;
  advisories.reserve(by_name.size());
  for (auto& [name, advisory] : by_name) advisories.push_back(std::move(advisory));
  return advisories;
}

bool Answer::agrees() const { return said == pair->label; }
bool Answer::agrees_in_effect() const { return effect_of(said) == effect_of(pair->label); }

std::vector<Answer> ask(const Matcher& matcher, const std::vector<Pair>& pairs) {
  std::vector<Answer> answers;
  for (const auto& pair : pairs) {
    auto& answer = answers.emplace_back();
    answer.pair = &pair;
    answer.said = kUnrelated;
    for (auto& match : matcher.match(pair.item)) {
      if (matcher.id_of(match.advisory) != pair.advisory) continue;
      if (match.confidence >= kToldMin || match.status == Status::undecidable) answer.said = to_string(match.status);
      answer.match = std::move(match);
    }
  }
  return answers;
}

double Score::precision() const {
  const int told = affected_right + affected_wrong;
  return told == 0 ? 1 : static_cast<double>(affected_right) / told;
}
double Score::recall() const {
  const int there = affected_right + affected_missed;
  return there == 0 ? 1 : static_cast<double>(affected_right) / there;
}

Score score(const std::vector<Answer>& answers) {
  Score score;
  const auto affected = to_string(Status::affected);
  for (const auto& answer : answers) {
    const bool is = answer.pair->label == affected, said = answer.said == affected;
    if (is || said) ++(is && said ? score.affected_right : said ? score.affected_wrong : score.affected_missed);
    score.agree += answer.agrees() ? 1 : 0;
    score.agree_in_effect += answer.agrees_in_effect() ? 1 : 0;
    ++score.all;
  }
  return score;
}

std::string describe(const Answer& answer) {
  const auto& item = answer.pair->item;
  return fmt::format("{}: {} | {} | {} | {} | {}: {} ({}), but the matcher says {}{}", answer.pair->advisory,
                     item.vendor, item.product, item.model, item.versions.empty() ? "" : item.versions.front().text,
                     item.serial, answer.pair->label, answer.pair->reason, answer.said,
                     answer.match ? fmt::format(": {} {:.2f} {} {}", to_string(answer.match->status),
                                                answer.match->confidence, answer.match->because, answer.match->question)
                                  : "");
}

}  // namespace tocsin::engine::exposure::testing
