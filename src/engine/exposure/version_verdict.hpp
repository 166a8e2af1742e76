#pragma once
#include <array>
#include <optional>
#include <string>

#include "engine/exposure/targets.hpp"
#include "formats/inventory/item.hpp"
#include "formats/vers/vendor_text.hpp"

/// The versions that are installed, held against those that an advisory names, and against what a product's name says
/// besides of versions, hardware, series and serial numbers. Internal to engine/exposure.
namespace tocsin::engine::exposure {

struct Verdict {
  formats::vers::Affected::Answer answer = formats::vers::Affected::Answer::ask;
  std::string because, question;
  bool beyond = false;  ///< no: for the installed version comes after all that is affected.
};

/// A thing that is held against products, with what is made of it only once, and only where a product asks for it.
class Asked {
 public:
  Asked(const formats::inventory::Item& thing, const ItemWords& told) : item(thing), words(told) {}

  /// Model, product and name as order numbers are compared.
  const std::array<std::string, 3>& compacts();

  const formats::inventory::Item& item;
  const ItemWords& words;

 private:
  std::optional<std::array<std::string, 3>> compacts_;
};

/// What is installed is to what the advisory says of a product's versions. Sentences only where they are wanted.
Verdict judge_version(const Product& product, const Name& name, Asked& thing, bool with_texts);

}  // namespace tocsin::engine::exposure
