#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/record.hpp"
#include "engine/search/search.hpp"
#include "store/testing/test_database.hpp"

/// Small invented advisories, and a database of them, for the tests of this room.
namespace tocsin::engine::testing {

struct SampleProduct {
  std::string vendor = "Example Pumps";
  std::string name = "Flow Controller";
  std::string version = "< V2.9.1";
};

struct Sample {
  std::string id = "EX-2021-001";
  std::string version = "1";
  std::string title = "Open door in Flow Controller";
  std::vector<SampleProduct> products = {{}};
  std::string cve = "CVE-1900-10001";
  std::string cwe = "CWE-787";
  std::string cwe_name = "Out-of-bounds Write";
  int score_tenths = 98;  ///< -1: none.
  std::string sectors = "Energy, Water and Wastewater Systems";
  std::string countries = "Worldwide";
  std::string summary = "An attacker on the network could stop the pump.";
  std::string published = "2021-05-10T00:00:00Z", updated = "2021-06-11T00:00:00Z";
  std::string document_status = "final";
  std::string publisher = "Example CERT";
  std::vector<std::string> aliases = {};
  bool fix = true;
  domain::Tlp tlp = domain::Tlp::clear;
  domain::RecordStatus status = domain::RecordStatus::published;
  std::optional<Timestamp> embargo_until = {};
  domain::OrganisationId owner = domain::kOwnOrganisation;
  domain::Audience audience = domain::Audience::everyone;
  std::vector<domain::Grantee> listed = {};
  std::string bytes = {};  ///< Instead of the document that the rest describes.
};

/// The CSAF 2.0 document.
std::string document_of(const Sample& sample);
/// What an import would make of it, with the sample's own marking and addressees.
domain::NewRevision revision_of(const Sample& sample);

/// A test on both databases with an engine over it.
class EngineTest : public store_testing::DatabaseTest {
 protected:
  void put(const Sample& sample);
  /// Derives what is new and brings the catalogue up to it.
  void index();
  std::int64_t scalar(const store::Sql& sql);
  search::SearchResult find(const search::SearchRequest& request, const domain::policy::Viewer& viewer = {});
  search::SearchResult find(const std::string& query, const domain::policy::Viewer& viewer = {});
  /// Tracking ids of the first 200, in the order of the answer.
  std::vector<std::string> keys(const std::string& query, const domain::policy::Viewer& viewer = {});
  /// Everything the engine answers about a query, as one text.
  std::string answer(const std::string& query, const domain::policy::Viewer& viewer = {});
  search::SearchEngine& engine();
  search::Catalogue& catalogue();
  void forget_engine();

  Timestamp now = store_testing::kTestNow;

 private:
  std::unique_ptr<search::Catalogue> catalogue_;
  std::unique_ptr<search::SearchEngine> engine_;
};

/// Acts for the owner of everything, and so sees everything.
inline domain::policy::Viewer owner() {
  domain::policy::Viewer viewer;
  viewer.organisation = domain::kOwnOrganisation;
  viewer.roles = {domain::Role::member, domain::Role::coordinator};
  return viewer;
}
/// Of another organisation.
inline domain::policy::Viewer member() {
  domain::policy::Viewer viewer;
  viewer.organisation = domain::OrganisationId{77};
  viewer.roles = {domain::Role::member};
  return viewer;
}

}  // namespace tocsin::engine::testing
