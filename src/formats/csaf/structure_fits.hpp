#pragma once
#include <vector>

#include "formats/csaf/header.hpp"
#include "formats/csaf/validate/model.hpp"
#include "formats/csaf/validate/tape.hpp"
#include "formats/finding.hpp"

/// The two halves of the grammar check. Most documents have nothing wrong; that is told in a fraction of the time that
/// it takes to be ready to say what is wrong where. Internal to formats/csaf: structure.hpp is the door.
namespace tocsin::formats::csaf {

/// True: the document fits the grammar, certainly. False: it does not, or only the checker that finds can tell.
bool fits_certainly(Node root, CsafVersion version);
/// The same of a document that was walked already: lists of product ids need not be looked at again.
bool fits_certainly(const Model& model);
/// The same of a value that node `index` of the grammar describes.
bool fits_certainly(Node value, CsafVersion version, std::int16_t index);
/// What check_structure answers, without asking the quick half.
std::vector<Finding> find_in_structure(Node root, CsafVersion version);

}  // namespace tocsin::formats::csaf
