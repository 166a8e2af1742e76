#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csaf/validate/model.hpp"
#include "formats/finding.hpp"

/// The tests of section 6 as functions over a Model. Internal to formats/csaf: validate.hpp is the door.
namespace tocsin::formats::csaf {

/// Takes what a test finds. One test at a time writes to it.
class Sink {
 public:
  static constexpr std::size_t kFindingsOfTestMax = 20;

  Sink(Node root, std::vector<Finding>& findings, std::size_t findings_max)
      : pointers_(root), findings_(findings), max_(findings_max) {}
  void begin(std::string_view test, Finding::Group group) noexcept {
    of_test_ = 0;
    test_ = test;
    group_ = group;
  }
  /// At a value. `message`: what is wrong, in one sentence without full stop; `mend`: how to put it right, one
  /// sentence.
  void add(Node at, std::string_view message, std::string_view mend);
  /// At a member or element that is missing or that has no value of its own: `below` is appended to the pointer, as
  /// "/notes" or "/0/date".
  void add(Node at, std::string_view below, std::string_view message, std::string_view mend);
  /// Of another group than the test: where the specification wants a warning (recommended) or an information
  /// (informative) in place of a failure.
  void add_as(Finding::Group group, Node at, std::string_view message, std::string_view mend);
  /// What one test finds a thousand times must not keep the next ones silent: each has a few of its own.
  bool full() const noexcept { return findings_.size() >= max_ && of_test_ >= kFindingsOfTestMax; }

 private:
  Pointers pointers_;
  std::vector<Finding>& findings_;
  std::size_t max_;
  std::size_t of_test_ = 0;
  std::string_view test_;
  Finding::Group group_ = Finding::Group::mandatory;
};

struct Test {
  std::string_view id;  ///< "6.1.27.9"
  bool in_2_0 = true, in_2_1 = true;
  /// Null where the test needs what a validator without network does not have; `not_run` says what.
  void (*run)(const Model& model, Sink& sink) = nullptr;
  std::string_view not_run = {};
  /// Run only where Model::speller is given; else `not_run` says why it was not.
  bool needs_speller = false;
};

/// In the specification's order. Where 2.0 and 2.1 number or word a test differently, each has a Test of its own.
std::span<const Test> mandatory_tests() noexcept;    ///< Section 6.1
std::span<const Test> recommended_tests() noexcept;  ///< Section 6.2: "optional" in 2.0
std::span<const Test> informative_tests() noexcept;  ///< Section 6.3
std::span<const Test> quality_tests() noexcept;      ///< Our own, TOC-nnn

}  // namespace tocsin::formats::csaf
