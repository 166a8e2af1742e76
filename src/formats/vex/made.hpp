#pragma once
#include <string>
#include <vector>

#include <boost/json.hpp>

namespace tocsin::formats::vex {

/// Something of the source that the target has no place for.
struct Loss {
  std::string path;  ///< JSON pointer to what is lost, or to one example of it, in the source; empty: the document.
  std::string message;
};

/// A document made from another, and what it does not say.
struct Made {
  boost::json::value document;
  std::vector<Loss> losses;
};

}  // namespace tocsin::formats::vex
