// exposure_quality FOLDER [SEED]: how well the matcher finds what it should. From every .json advisory below a folder
// it makes inventory lines as plants write them, with labels by construction, and prints a table a kind of line:
// precision and recall at "affected" with confidence 0.5 and above, the calibration error, and what two plain matchers
// reach. With FAILURES=N in the environment the first N wrong answers of each kind are shown.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "domain/vendor.hpp"
#include "engine/exposure/matcher.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/order_number.hpp"
#include "formats/vers/vendor_text.hpp"

namespace {

using namespace tocsin;
namespace exposure = engine::exposure;
namespace csaf = formats::csaf;
namespace vers = formats::vers;
using formats::inventory::Item;

/// Numbers of "4.5.1" or "V4.5"; empty for what is not only that. Labels are made by these alone, not by the reader
/// that is put to the proof.
std::vector<int> numbers_of(std::string_view text) {
  text = text::trim(text);
  if (!text.empty() && (text.front() == 'V' || text.front() == 'v')) text.remove_prefix(1);
  std::vector<int> numbers;
  for (const auto part : text::split(text, '.')) {
    if (part.empty() || part.size() > 5 || !std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; }))
      return {};
    // "5.07" may be 5.7 or 5.07: nobody's label.
    if (part.size() > 1 && part.front() == '0') return {};
    numbers.push_back(std::atoi(std::string{part}.c_str()));
  }
  return numbers;
}
std::string text_of(const std::vector<int>& numbers) {
  std::string out;
  for (const int number : numbers) out += (out.empty() ? "" : ".") + std::to_string(number);
  return out;
}

/// A bound that is "< X" or "<= X" and nothing else.
struct Bound {
  std::vector<int> version;
  bool inclusive = false;
};
bool simple_bound(std::string_view text, Bound& bound) {
  text = text::trim(text);
  if (text.starts_with("vers:all/")) text.remove_prefix(9);
  if (!text.starts_with('<')) return false;
  text.remove_prefix(1);
  bound.inclusive = text.starts_with('=');
  if (bound.inclusive) text.remove_prefix(1);
  bound.version = numbers_of(text);
  return bound.version.size() >= 2;
}

struct Line {
  std::string kind;
  Item item;
  std::size_t advisory = 0;
  bool affected = false;
};

std::string mistype(std::string name, std::mt19937& random) {
  // Two neighbouring letters of a long word change places.
  std::vector<std::size_t> places;
  for (std::size_t i = 1; i + 2 < name.size(); ++i) {
    const auto letter = [&](std::size_t at) { return std::isalpha(static_cast<unsigned char>(name[at])) != 0; };
    if (letter(i - 1) && letter(i) && letter(i + 1) && letter(i + 2) && name[i] != name[i + 1]) places.push_back(i);
  }
  if (places.empty()) return {};
  const auto at = places[random() % places.size()];
  std::swap(name[at], name[at + 1]);
  return name;
}

std::string without_separators(std::string_view name) {
  std::string out;
  for (const char c : name) out += c == '-' || c == '_' ? ' ' : c;
  return out;
}

std::string without_brackets(std::string name) {
  while (true) {
    const auto open = name.find('(');
    const auto close = open == std::string::npos ? open : name.find(')', open);
    if (close == std::string::npos) break;
    name.erase(open, close - open + 1);
  }
  return text::squeeze(name);
}

/// Lines for one product: the same device, written in different ways, with a version inside and one outside.
void lines_of(const csaf::Product& product, std::size_t advisory, std::mt19937& random, std::vector<Line>& lines) {
  Bound bound;
  const bool all = product.version == "vers:all/*";
  if (!all && !simple_bound(product.version, bound)) return;
  const auto vendor = domain::vendor_display_name(product.vendor);
  const auto name = domain::product_display_name(product.product.empty() ? product.name : product.product);
  const auto bare = without_brackets(name);
  if (bare.size() < 3) return;
  std::string inside = "1.0", outside, edge;
  if (!all) {
    auto lower = bound.version;
    auto at = lower.size();
    while (at > 0 && lower[at - 1] == 0) --at;
    if (at == 0) return;
    --lower[at - 1];
    for (; at < lower.size(); ++at) lower[at] = 9;
    auto higher = bound.version;
    ++higher.back();
    inside = text_of(lower);
    outside = text_of(higher);
    edge = text_of(bound.version);
  }
  const auto add = [&](const char* kind, std::string vendor_column, std::string product_column, std::string model,
                       std::string version, bool affected) {
    if (product_column.empty() && model.empty()) return;
    Line line;
    line.kind = kind;
    line.item.vendor = std::move(vendor_column);
    line.item.product = std::move(product_column);
    line.item.model = std::move(model);
    line.item.versions.push_back({"firmware", std::move(version)});
    line.advisory = advisory;
    line.affected = affected;
    lines.push_back(std::move(line));
  };
  add("as written", vendor, name, "", inside, true);
  if (!all) add("version outside", vendor, name, "", outside, false);
  if (!all) add("version at the edge", vendor, name, "", edge, bound.inclusive);
  switch (random() % 8) {
    case 0:
      add("lower case", text::lower_ascii(vendor), text::lower_ascii(bare), "", "v" + inside, true);
      break;
    case 1:
      add("no vendor", "", bare, "", inside, true);
      break;
    case 2:
      add("vendor in the name", "", vendor + " " + bare, "", "FW " + inside, true);
      break;
    case 3:
      add("mistyped", vendor, mistype(bare, random), "", inside, true);
      break;
    case 4:
      add("other separators", vendor, without_separators(bare), "", "Rev " + inside, true);
      break;
    case 5:
      add("more words", vendor, bare + " panel 3 pump house", "", "V" + inside, true);
      break;
    case 6:
      add(
          "no firmware word", vendor,
          [&] {
            auto out = text::fold(bare);
            for (const std::string_view word :
                 {" firmware", " series", " software", " controllers", " controller", " family"}) {
              if (const auto at = out.find(word); at != std::string::npos) out.erase(at, word.size());
            }
            return out;
          }(),
          "", inside, true);
      break;
    default:
      break;
  }
  auto numbers = product.model_numbers;
  if (numbers.empty()) numbers = formats::order_numbers_in(name);
  if (numbers.empty()) return;
  const auto& number = numbers.front();
  add("order number alone", "", "", number, inside, true);
  auto spaced = number;
  if (spaced.size() > 6 && spaced[4] != ' ' && spaced[4] != '-') spaced.insert(4, " ");
  add("order number with blank", vendor, "", spaced, inside, true);
  if (!all) add("order number, outside", vendor, "", number, outside, false);
}

struct Counts {
  int true_positive = 0, false_positive = 0, false_negative = 0, true_negative = 0;
  double precision() const {
    return true_positive + false_positive == 0 ? 1
                                               : static_cast<double>(true_positive) / (true_positive + false_positive);
  }
  double recall() const {
    return true_positive + false_negative == 0 ? 1
                                               : static_cast<double>(true_positive) / (true_positive + false_negative);
  }
  void count(bool label, bool said) {
    ++(label ? said ? true_positive : false_negative : said ? false_positive : true_negative);
  }
};

std::string describe(const Line& line) {
  return fmt::format("vendor '{}' product '{}' model '{}' version '{}'", line.item.vendor, line.item.product,
                     line.item.model, line.item.versions.front().text);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fputs("Usage: exposure_quality FOLDER [SEED]\n", stderr);
    return 2;
  }
  std::mt19937 random{count > 2 ? static_cast<std::uint32_t>(std::atoi(arguments[2])) : 1U};
  const auto* wanted_failures = std::getenv("FAILURES");
  const int failures_shown = wanted_failures == nullptr ? 0 : std::atoi(wanted_failures);
  exposure::Matcher matcher;
  std::vector<csaf::Advisory> advisories;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{arguments[1]}) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
    const auto parsed = json::parse(bytes);
    if (!parsed) continue;
    auto advisory = csaf::read_advisory(parsed->root());
    if (!advisory) continue;
    matcher.add(*advisory);
    advisories.push_back(std::move(*advisory));
  }
  matcher.prepare();

  std::vector<Line> lines;
  for (std::size_t at = 0; at < advisories.size(); ++at) {
    const auto& advisory = advisories[at];
    std::map<std::string, int> named;
    for (const auto& product : advisory.products) ++named[without_brackets(product.product)];
    std::set<std::string> affected;
    for (const auto& vulnerability : advisory.vulnerabilities) {
      for (const auto& group : vulnerability.statuses) {
        if (group.status == csaf::ProductStatus::known_affected)
          affected.insert(group.product_ids.begin(), group.product_ids.end());
      }
    }
    int taken = 0;
    for (const auto& product : advisory.products) {
      // Where a name stands twice, with two ranges, a label is not known by one of them.
      if (!affected.contains(product.id) || named[without_brackets(product.product)] > 1) continue;
      lines_of(product, at, random, lines);
      if (++taken == 6) break;
    }
  }
  std::map<std::string, Counts> by_kind;
  std::map<std::string, int> shown;
  Counts all;
  struct Bin {
    double confidence = 0;
    int right = 0, count = 0;
  };
  std::vector<Bin> bins(10);
  int foreign = 0, told = 0;
  for (const auto& line : lines) {
    const auto matches = matcher.match(line.item);
    const exposure::Match* own = nullptr;
    for (const auto& match : matches) {
      if (match.advisory == line.advisory) own = &match;
      if (match.status == exposure::Status::affected && match.confidence >= 0.5) {
        ++told;
        const auto& products = advisories[match.advisory].products;
        const auto key = domain::vendor_key(products.front().vendor);
        foreign += key != domain::vendor_key(advisories[line.advisory].products.front().vendor) ? 1 : 0;
      }
    }
    const bool said = own != nullptr && own->status == exposure::Status::affected && own->confidence >= 0.5;
    by_kind[line.kind].count(line.affected, said);
    all.count(line.affected, said);
    if (own != nullptr && own->status == exposure::Status::affected) {
      auto& bin = bins[std::min<std::size_t>(9, static_cast<std::size_t>(own->confidence * 10))];
      bin.confidence += own->confidence;
      bin.right += line.affected ? 1 : 0;
      ++bin.count;
    }
    if (said != line.affected && shown[line.kind] < failures_shown) {
      ++shown[line.kind];
      fmt::print("{}: {} {}\n   {}\n   {}\n", line.kind, line.affected ? "missed" : "wrong",
                 matcher.id_of(line.advisory), describe(line),
                 own == nullptr ? "no match"
                                : fmt::format("{} {:.2f} {} {}", to_string(own->status), own->confidence, own->because,
                                              own->question));
    }
  }
  fmt::print("{:<26} {:>7} {:>8} {:>8} {:>10} {:>8}\n", "kind of line", "lines", "missed", "wrong", "precision",
             "recall");
  for (const auto& [kind, counts] : by_kind) {
    const bool has_positives = counts.true_positive + counts.false_negative > 0;  // Else neither share means anything.
    fmt::print("{:<26} {:>7} {:>8} {:>8} {:>10} {:>8}\n", kind,
               counts.true_positive + counts.false_positive + counts.false_negative + counts.true_negative,
               counts.false_negative, counts.false_positive,
               has_positives ? fmt::format("{:.3f}", counts.precision()) : std::string{"-"},
               has_positives ? fmt::format("{:.3f}", counts.recall()) : std::string{"-"});
  }
  double error = 0;
  int judged = 0;
  for (const auto& bin : bins) judged += bin.count;
  for (const auto& bin : bins) {
    if (bin.count > 0) error += std::abs(bin.confidence - bin.right) / judged;
  }
  fmt::print("{:<26} {:>7} {:>8} {:>8} {:>10.3f} {:>8.3f}\n", "all", lines.size(), all.false_negative,
             all.false_positive, all.precision(), all.recall());
  fmt::print("calibration error {:.3f}; {} of {} told to be affected are another vendor's ({:.4f})\n", error, foreign,
             told, told == 0 ? 0 : static_cast<double>(foreign) / told);
}
