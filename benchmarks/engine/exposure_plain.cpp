#include "exposure_plain.hpp"

#include <algorithm>
#include <iterator>

#include "base/text.hpp"
#include "domain/vendor.hpp"

namespace tocsin::benchmarks {
namespace {

namespace vers = formats::vers;
using formats::inventory::Item;

std::string cpe_part(std::string_view text) {
  std::string out;
  for (const char c : text::squeeze(text::fold(text))) out += c == ' ' ? '_' : c;
  return out;
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text::fold(text) + " ") {
    const bool part = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (static_cast<unsigned char>(c) & 0x80U) != 0;
    if (part) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  std::ranges::sort(words);
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

bool is_affected(const vers::VendorReading& reading, const Item& item) {
  if (reading.kind == vers::VendorReading::Kind::all) return true;
  return std::ranges::any_of(item.versions, [&](const auto& version) {
    return vers::affects(reading, version.text).answer == vers::Affected::Answer::yes;
  });
}

}  // namespace

PlainMatchers::PlainMatchers(const std::vector<formats::csaf::Advisory>& advisories) {
  for (const auto& advisory : advisories) {
    auto& list = products_.emplace_back();
    for (const auto& each : advisory.products) {
      auto& product = list.emplace_back();
      const auto name = domain::product_display_name(each.product.empty() ? each.name : each.product);
      const auto vendor = domain::vendor_display_name(each.vendor);
      product.cpe = cpe_part(vendor) + ":" + cpe_part(name);
      product.words = words_of(vendor + " " + name);
      if (each.version.empty()) {
        product.reading.kind = vers::VendorReading::Kind::all;
      } else {
        product.reading = vers::read_vendor_text(
            each.version_is_range ? vers::BranchKind::product_version_range : vers::BranchKind::product_version,
            each.product, each.version);
      }
    }
  }
}

bool PlainMatchers::by_name(const Item& item, std::size_t advisory) const {
  const auto cpe = cpe_part(item.vendor) + ":" + cpe_part(item.product);
  return std::ranges::any_of(products_[advisory], [&](const Product& product) {
    return product.cpe == cpe && is_affected(product.reading, item);
  });
}

double PlainMatchers::best_likeness(const Item& item, std::size_t advisory) const {
  const auto words = words_of(item.vendor + " " + item.product + " " + item.model);
  double best = 0;
  for (const auto& product : products_[advisory]) {
    std::vector<std::string> both;
    std::ranges::set_intersection(words, product.words, std::back_inserter(both));
    const auto either = words.size() + product.words.size() - both.size();
    const double likeness = either == 0 ? 0 : static_cast<double>(both.size()) / static_cast<double>(either);
    if (likeness > best && is_affected(product.reading, item)) best = likeness;
  }
  return best;
}

bool PlainMatchers::by_words(const Item& item, std::size_t advisory) const {
  return best_likeness(item, advisory) >= threshold_;
}

void PlainMatchers::choose_threshold(const std::vector<Line>& lines) {
  std::vector<double> affected, others;
  for (const auto& line : lines) {
    if (line.truth == Line::Truth::ask) continue;
    (line.truth == Line::Truth::affected ? affected : others).push_back(best_likeness(line.item, line.advisory));
  }
  double best = -1;
  for (int step = 5; step <= 100; step += 5) {
    const double limit = step / 100.0;
    const auto told = [&](const std::vector<double>& list) {
      return static_cast<double>(std::ranges::count_if(list, [&](double each) { return each >= limit; }));
    };
    const double right = told(affected);
    const double f1 = 2 * right / (right + told(others) + static_cast<double>(affected.size()));
    if (f1 > best) {
      best = f1;
      threshold_ = limit;
    }
  }
}

}  // namespace tocsin::benchmarks
