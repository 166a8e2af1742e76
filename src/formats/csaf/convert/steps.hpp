#pragma once
#include <set>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "formats/csaf/convert/to_2_1.hpp"

/// The parts of the conversion; each changes the document in place and adds notes. Internal to convert/.
namespace tocsin::formats::csaf::convert {

class Notes {
 public:
  explicit Notes(std::vector<ConversionNote>& notes) : notes_(notes) {}
  void warn(std::string path, std::string message) {
    notes_.push_back({ConversionNote::Level::warning, std::move(path), std::move(message)});
  }
  void fail(std::string path, std::string message) {
    notes_.push_back({ConversionNote::Level::error, std::move(path), std::move(message)});
  }

 private:
  std::vector<ConversionNote>& notes_;
};

// Tolerant access, for documents whose structure was checked: what is absent is null.
boost::json::value* find(boost::json::value& object, std::string_view key) noexcept;
boost::json::object* find_object(boost::json::value& object, std::string_view key) noexcept;
boost::json::array* find_array(boost::json::value& object, std::string_view key) noexcept;
std::string text_of(const boost::json::value* value);

void convert_document(boost::json::value& root, const ConvertOptions& options, Notes& notes);
void convert_times(boost::json::value& root, Notes& notes);
void convert_product_tree(boost::json::value& root, const ConvertOptions& options, Notes& notes);
void convert_vulnerabilities(boost::json::value& root, const ConvertOptions& options, Notes& notes);
/// Adds the fixed versions that ranges of affected products end before, for the profile of security advisories.
void add_fixed_products(boost::json::value& root, Notes& notes);

}  // namespace tocsin::formats::csaf::convert
