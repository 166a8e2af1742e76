#pragma once
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "base/time.hpp"

namespace tocsin::formats::vex {

/// Something of the source that the target has no place for.
struct Loss {
  std::string path;  ///< JSON pointer to what is lost, or to one example of it, in the source; empty: the document.
  std::string message;
};

/// What whoever converts says of the document, for sources that leave it out; what is given counts instead of the
/// source's own.
struct Origin {
  std::string tracking_id;
  std::string publisher;
  std::string publisher_namespace;  ///< URI
  Timestamp now;                    ///< Where the source has no moment at all.
};

/// A document made from another, and what it does not say.
struct Made {
  boost::json::value document;
  std::vector<Loss> losses;
};

}  // namespace tocsin::formats::vex
