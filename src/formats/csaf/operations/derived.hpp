#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "formats/csaf/operations/operation.hpp"

/// Documents made from another issuer's or in another language: what sections 9.1.8 and 9.1.9 demand of both. Internal
/// to operations/.
namespace tocsin::formats::csaf::operation {

/// The URL of the original: the one given, else its reference of category self, the file itself before pages about it.
/// Errors: invalid_input where there is none.
Result<std::string> url_of_original(const boost::json::value& document, std::string_view given);
/// Gives `document` its own id and refers to the original first. References of category self lead to the original and
/// not to what was made of it: they become external, with a warning.
/// Errors: invalid_input where both ids are the same.
Status derive(boost::json::object& document, std::string_view tracking_id, const std::string& original_url,
              std::vector<ConversionNote>& notes);

/// What a publisher becomes; empty: as it is.
struct PublisherFacts {
  std::string name, name_space, category;
};
/// Where it is another one by its namespace, contact and authority of the one before go, each with a warning.
void set_publisher(boost::json::object& document, const PublisherFacts& facts, std::vector<ConversionNote>& notes);

}  // namespace tocsin::formats::csaf::operation
