#pragma once
#include "store/migrations.hpp"

/// One constant per file of this folder, constant-initialised so that no order of start-up matters. A new migration is
/// declared here and added to the array in store/migrations.cpp.
namespace tocsin::store {

extern const Migration kMigration0001Record;
extern const Migration kMigration0002Search;
extern const Migration kMigration0003VulnerabilityOrder;
extern const Migration kMigration0004Members;
extern const Migration kMigration0005MailQueue;
extern const Migration kMigration0006OutsideIdentities;
extern const Migration kMigration0007Guard;
extern const Migration kMigration0008Cases;
extern const Migration kMigration0009Inventory;
extern const Migration kMigration0010Evidence;
extern const Migration kMigration0011Notifications;
extern const Migration kMigration0012Webhook;
extern const Migration kMigration0013Decisions;
extern const Migration kMigration0015ExposureHistory;
extern const Migration kMigration0017Manage;
extern const Migration kMigration0018MailKey;
extern const Migration kMigration0019Clauses;
extern const Migration kMigration0020ExposureSums;
extern const Migration kMigration0021ChangeKind;
extern const Migration kMigration0022ExposureAliases;
extern const Migration kMigration0023AskedRuns;
extern const Migration kMigration0024AssetNotices;
extern const Migration kMigration0025BundleGone;
extern const Migration kMigration0026AssetText;
extern const Migration kMigration0027Stix;
extern const Migration kMigration0028DecisionHistory;
extern const Migration kMigration0029Taxii;
extern const Migration kMigration0030TaxiiWriting;
extern const Migration kMigration0031Attack;
extern const Migration kMigration0032SharedThreats;
extern const Migration kMigration0034TaxiiPeer;
extern const Migration kMigration0036StixValues;
extern const Migration kMigration0037ThreatGraph;
extern const Migration kMigration0039StixVulnerability;
extern const Migration kMigration0041ExposureFigures;
extern const Migration kMigration0042PeerKinds;
extern const Migration kMigration0043Decay;
extern const Migration kMigration0045Plans;
extern const Migration kMigration0046RecordIdentity;
extern const Migration kMigration0047TaxiiPages;
extern const Migration kMigration0048Coverage;
extern const Migration kMigration0049VersionsToldOnce;
extern const Migration kMigration0050SharedThanks;
extern const Migration kMigration0051ThreatUpload;
extern const Migration kMigration0052SubscribedConnections;

}  // namespace tocsin::store
