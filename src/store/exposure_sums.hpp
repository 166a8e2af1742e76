#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "store/database.hpp"

/// Who lets their counts go into sums, what they add to them, and what was published. When a sum may be published is
/// for engine/exposure/sums.hpp to say.
namespace tocsin::store {

/// The sum of all sectors, among the cells of a sum.
inline constexpr std::int64_t kAllSectors = -1;

struct ExposureConsent {
  std::int64_t id = 0;
  domain::OrganisationId organisation = {};
  std::int64_t sector = 0;  ///< domain::Sector's number; 0: none.
  std::optional<domain::PersonId> granted_by = {};
  std::string granted_by_name = {};  ///< Read only.
  Timestamp granted_at = {};
  std::optional<Timestamp> admitted_at = {};  ///< Empty while it waits for others.
  std::optional<Timestamp> revoked_at = {};
};

/// What figures are about: an advisory, or a product as advisories name it ("vendor/product").
struct SumSubject {
  domain::RecordId record = {};  ///< 0: a product.
  std::string product = {};
  friend auto operator<=>(const SumSubject&, const SumSubject&) = default;
};
struct SumPart {
  domain::OrganisationId organisation = {};  ///< 0: one that has withdrawn since.
  std::int64_t sector = 0, assets = 0;
};
struct SumFigure {
  std::int64_t sector = kAllSectors, organisations = 0, assets = 0;
};
struct ExposureSum {
  std::int64_t id = 0;
  SumSubject subject = {};
  int least = 0;
  Timestamp made_at = {};
  std::vector<SumPart> parts = {};
  std::vector<SumFigure> figures = {};  ///< kAllSectors first.
};
/// That the sums of a day were made.
struct SumRun {
  std::int64_t day = 0;  ///< Since 1970-01-01.
  Timestamp made_at = {};
  int least = 0;  ///< So many organisations had to stand behind each figure.
};
/// What may be shown of a sum.
struct ToldSum {
  std::int64_t id = 0;
  SumSubject subject;
  std::string slug, tracking_id, title;  ///< Of the advisory.
  domain::Tlp tlp = domain::Tlp::clear;
  Timestamp made_at;
  std::vector<SumFigure> figures;  ///< kAllSectors first.
};
struct ToldFilter {
  std::optional<domain::RecordId> record = {};
  std::string product = {};           ///< Part of its name, in lower case.
  std::int64_t sector = kAllSectors;  ///< Of which there is a figure; ordered by it.
  std::optional<bool> products = {};  ///< Products only, or advisories only.
  int limit = 200;
};

class ExposureSums {
 public:
  explicit ExposureSums(Connection& connection) : connection_(connection) {}

  Result<std::int64_t> add_consent(const ExposureConsent& consent);
  /// Ends the open one, and takes the organisation's name from what was published. Number of rows: 1 where there was.
  Result<std::int64_t> revoke(domain::OrganisationId organisation, std::optional<domain::PersonId> by, Timestamp now);
  /// Newest first.
  Result<std::vector<ExposureConsent>> consents(domain::OrganisationId organisation);
  /// Those in force of active organisations, by number.
  Result<std::vector<ExposureConsent>> open_consents();
  Status admit(std::int64_t consent, Timestamp now);

  /// Assets that an advisory affects and for which it is neither done nor accepted, by organisation and subject: of
  /// each advisory, and of each product of the advisories that anybody may see. Of these organisations only.
  Status each_part(const std::vector<domain::OrganisationId>& of, Timestamp now,
                   const std::function<void(const SumSubject&, domain::OrganisationId, std::int64_t assets)>& visit);
  /// By time, without their figures.
  Result<std::vector<ExposureSum>> published(const SumSubject& subject);
  Status publish(const ExposureSum& sum);
  Result<std::optional<SumRun>> last_run();
  Status note(const SumRun& run);

  /// As the viewer may know them: those made when at least `least` organisations had to stand behind a figure, of
  /// advisories that they may see, and of products. Largest first.
  Result<std::vector<ToldSum>> told(const domain::policy::Viewer& viewer, const ToldFilter& filter, int least,
                                    Timestamp now);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
