#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "exposure_lines.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/inventory/item.hpp"
#include "formats/vers/vendor_text.hpp"

/// Two plain ways to match, to hold the real one against. Both judge versions as the real one does; only what the thing
/// is they find out in their own way.
namespace tocsin::benchmarks {

class PlainMatchers {
 public:
  explicit PlainMatchers(const std::vector<formats::csaf::Advisory>& advisories);

  /// Exact CPE: vendor and product as a CPE names them (lower case, underscores) are the same.
  bool by_name(const formats::inventory::Item& item, std::size_t advisory) const;
  /// The words of vendor and product are the same for the most part (Jaccard).
  bool by_words(const formats::inventory::Item& item, std::size_t advisory) const;
  /// Takes the threshold that is best for these lines (F1).
  void choose_threshold(const std::vector<Line>& lines);
  double threshold() const { return threshold_; }

 private:
  struct Product {
    std::string cpe;
    std::vector<std::string> words;  ///< Sorted.
    formats::vers::VendorReading reading;
  };
  /// The most alike product of an advisory that is affected in the installed version.
  double best_likeness(const formats::inventory::Item& item, std::size_t advisory) const;
  std::vector<std::vector<Product>> products_;  ///< By advisory.
  double threshold_ = 0.6;
};

}  // namespace tocsin::benchmarks
